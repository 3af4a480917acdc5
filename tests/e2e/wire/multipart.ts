import type { WireRequest } from './request.ts';

/** A field of a form: its value, or the content and name of a file. */
export type FormField = readonly [name: string, value: string | Buffer, filename?: string];

/** A request that carries a form, its fields in this order. */
export function multipart(...fields: FormField[]): WireRequest {
  const parts = fields.flatMap(([name, value, filename]) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const head = `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')];
  });
  return {
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  };
}

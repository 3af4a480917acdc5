/** A download's file name: plain where it can be, and as RFC 5987 has it where it is not ASCII. */
export function contentDisposition(filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll(/["\\]/g, String.raw`\$&`);
  const encoded = encodeURIComponent(filename).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  const extended = /^[\x20-\x7e]*$/.test(filename) ? '' : `; filename*=UTF-8''${encoded}`;
  return `attachment; filename="${ascii}"${extended}`;
}

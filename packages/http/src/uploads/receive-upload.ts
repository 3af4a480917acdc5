import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileService, ReceivedContent } from '@cogitator-ai/openai-engine';
import {
  type FileObject,
  fileTooLarge,
  type Json,
  malformedMultipart,
  missingParameter,
  parseRequest,
  unsupportedContentType,
  UploadFileRequest,
} from '@cogitator-ai/openai-protocol';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';

type ReceivedFile = ReceivedContent & { filename: string };

/** Most form fields beside the file, and their longest value in bytes. */
const FIELD_LIMITS = { fields: 20, fieldSize: 64 * 1024, fieldNameSize: 200, headerPairs: 100 };

/**
 * Stores the file of a multipart request while it arrives, whatever the order of the fields, and makes it a file once
 * all of the request is understood. Of a request that fails nothing is left.
 */
export async function receiveUpload(request: Request, files: FileService, maxBytes: number): Promise<Json<FileObject>> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) throw unsupportedContentType(contentType, 'multipart/form-data');
  const form = await readForm(request, contentType, files, maxBytes);
  try {
    if (!form.file) throw missingParameter('file');
    return await files.create(parseRequest(UploadFileRequest, form.fields), form.file);
  } catch (error) {
    if (form.file) await files.discard(form.file);
    throw error;
  }
}

interface Form {
  readonly fields: Record<string, unknown>;
  readonly file: ReceivedFile | undefined;
}

async function readForm(request: Request, contentType: string, files: FileService, maxBytes: number): Promise<Form> {
  const fields: Record<string, unknown> = {};
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const receiving: Promise<ReceivedFile>[] = [];
  const busboy = openParser(contentType, maxBytes);
  busboy.on('field', (name, value) => addField(fields, name, value));
  busboy.on('file', (_name, stream, filename) => {
    const received = files
      .receive(upTo(stream, maxBytes), { signal })
      .then((content) => ({ ...content, filename: baseName(filename) }));
    // A store that refuses must not leave the parser waiting for a reader.
    received.catch((error: unknown) => busboy.destroy(error as Error));
    receiving.push(received);
  });
  try {
    if (!request.body) throw malformedMultipart();
    await pipeline(Readable.fromWeb(request.body as never), busboy);
    const [file] = await Promise.all(receiving);
    return { fields, file };
  } catch (error) {
    failed.abort(error);
    const settled = await Promise.allSettled(receiving);
    for (const result of settled) if (result.status === 'fulfilled') await files.discard(result.value);
    const refusal = settled.find((result) => result.status === 'rejected');
    throw isParserError(error) ? malformedMultipart() : ((refusal?.reason as Error | undefined) ?? error);
  }
}

function openParser(contentType: string, maxBytes: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Clients leave out the part's content type, or its file name.
      isPartAFile: (name) => name === 'file',
      limits: { ...FIELD_LIMITS, files: 1, fileSize: maxBytes + 1 },
    });
  } catch {
    throw malformedMultipart();
  }
}

async function* upTo(stream: BusboyFileStream, maxBytes: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk as Uint8Array;
  if (stream.bytesRead > maxBytes) throw fileTooLarge(maxBytes);
}

/** `expires_after[anchor]` is the field `anchor` of `expires_after`. */
function addField(fields: Record<string, unknown>, name: string, value: string): void {
  const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
  if (outer === undefined || inner === undefined) fields[name] = value;
  else fields[outer] = { ...(fields[outer] as object | undefined), [inner]: value };
}

/** The last component of what the client calls the file; quotes and line ends come percent-encoded. */
function baseName(filename: string | undefined): string {
  const decoded = (filename ?? '').replaceAll(/%(22|0D|0A)/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return decoded.split(/[/\\]/).at(-1) || 'upload';
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && /multipart|boundary|Unexpected end|form/i.test(error.message);
}

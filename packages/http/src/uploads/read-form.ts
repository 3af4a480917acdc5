import { pipeline } from 'node:stream/promises';
import {
  ApiError,
  Filename,
  fileTooLarge,
  malformedMultipart,
  missingParameter,
  parseRequest,
  unsupportedContentType,
} from '@cogitator-ai/openai-protocol';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { z } from 'zod';
import { drainBody } from './drain-body.ts';

/** Most form fields beside the file, and their longest value in bytes. */
const FIELD_LIMITS = { fields: 20, fieldSize: 64 * 1024, fieldNameSize: 200, headerPairs: 100 };

/** Where the file of a form goes. */
export interface FormFile<Received> {
  /** Name of its field. */
  readonly field: string;
  readonly maxBytes: number;
  /** Stores it while it arrives. */
  receive(content: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<Received>;
  /** Drops it when the request turns out to be wrong. */
  discard(received: Received): Promise<void>;
}

/** What came with a form. `received` must be given to whoever makes something of it, or discarded. */
export interface Form<Fields, Received> {
  /** The fields beside the file. */
  readonly fields: Fields;
  readonly received: Received;
  readonly filename: string;
}

/**
 * Reads a multipart request with one file, whatever the order of the fields. Of a request that is refused nothing is left.
 *
 * @param schema - Of the fields beside the file; `a[b]` is the field `b` of `a`.
 */
export async function readForm<S extends z.ZodType, Received>(
  request: Request,
  schema: S,
  file: FormFile<Received>,
): Promise<Form<z.output<S>, Received>> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) throw unsupportedContentType(contentType, 'multipart/form-data');
  const { fields, files } = await parseForm(request, contentType, file);
  const [first] = files;
  if (!first) throw missingParameter(file.field);
  const { received } = first;
  try {
    return { filename: toFilename(file.field, first.filename), fields: parseRequest(schema, fields), received };
  } catch (error) {
    await file.discard(received);
    throw error;
  }
}

interface ReceivedFile<Received> {
  readonly received: Received;
  readonly filename: string | undefined;
}

async function parseForm<Received>(
  request: Request,
  contentType: string,
  file: FormFile<Received>,
): Promise<{ fields: Record<string, unknown>; files: ReceivedFile<Received>[] }> {
  const { field, maxBytes } = file;
  // Without a prototype, `__proto__` is a field like any other.
  const fields = Object.create(null) as Record<string, unknown>;
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const receiving: Promise<ReceivedFile<Received>>[] = [];
  let refusal: Error | undefined;
  const busboy = openParser(contentType, field, maxBytes);
  busboy.on('field', (name, value) => addField(fields, name, value));
  busboy.on('file', (_name, stream, filename: string | undefined) => {
    // A store may take its time before it reads. Until then nobody else hears that the form breaks off; the parser tells it, too.
    stream.on('error', () => {});
    const received = file.receive(upTo(stream, maxBytes, field), { signal }).then((content) => {
      return { received: content, filename };
    });
    // A store that refuses must not leave the parser waiting for a reader.
    received.catch((error: Error) => {
      if (!failed.signal.aborted) refusal = error;
      busboy.destroy(error);
    });
    receiving.push(received);
  });
  const body = request.body?.getReader();
  try {
    if (!body) throw malformedMultipart();
    await pipeline(chunksOf(body), busboy);
    return { fields, files: await Promise.all(receiving) };
  } catch (error) {
    failed.abort(error);
    const settled = await Promise.allSettled(receiving);
    for (const result of settled) if (result.status === 'fulfilled') await file.discard(result.value.received);
    // If nobody has refused what the form holds, it is the form itself that broke off.
    const reason = refusal ?? malformedMultipart();
    // Of what is too large, the rest may be as large as it likes.
    if (ApiError.isInstance(reason) && reason.status === 413) await body?.cancel();
    else if (body) await drainBody(body);
    throw reason;
  }
}

function openParser(contentType: string, field: string, maxBytes: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Clients leave out the part's content type, or its file name.
      isPartAFile: (name) => name === field,
      limits: { ...FIELD_LIMITS, files: 1, fileSize: maxBytes + 1 },
    });
  } catch {
    throw malformedMultipart();
  }
}

/** Leaves the body as it is where its reader stops. */
async function* chunksOf(body: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await body.read();
    if (done) return;
    yield value;
  }
}

/** @throws `ApiError` when the form breaks off, or when there is more. */
async function* upTo(stream: BusboyFileStream, maxBytes: number, field: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch {
    throw malformedMultipart();
  }
  if (stream.bytesRead > maxBytes) throw fileTooLarge(maxBytes, field);
}

function addField(fields: Record<string, unknown>, name: string, value: string): void {
  const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
  if (outer === undefined || inner === undefined) fields[name] = value;
  else fields[outer] = { ...(fields[outer] as object | undefined), [inner]: value };
}

/** What the client calls the file; quotes and line ends come percent-encoded. */
function toFilename(field: string, sent: string | undefined): string {
  const decoded = (sent ?? '').replaceAll(/%(22|0D|0A)/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return parseRequest(z.object({ [field]: Filename }), { [field]: decoded || 'upload' })[field] as string;
}

import type { Segment, SegmentSource, SourceFile } from '@cogitator-ai/openai-engine';

/** Segments in memory. */
export class Blobs implements SegmentSource {
  readonly #blobs = new Map<string, Uint8Array>();

  get keys(): string[] {
    return [...this.#blobs.keys()];
  }

  async put(key: string, segment: Segment): Promise<void> {
    this.#blobs.set(key, await collect(segment));
  }

  async open(
    key: string,
    { range }: { range?: { start: number; end: number } },
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const blob = this.#blobs.get(key);
    return blob ? whole(blob.subarray(range?.start, range?.end)) : null;
  }
}

export async function collect({ content }: Segment): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

export async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

/** A text as a file. */
export function fileOf(filename: string, text: string): SourceFile {
  const bytes = Buffer.from(text);
  return { filename, bytes: bytes.length, content: whole(bytes) };
}

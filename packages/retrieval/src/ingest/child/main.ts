import type { Chunking } from '@cogitator-ai/openai-engine';
import { once } from 'node:events';
import { cutText } from './cut-text.ts';
import { FileFailure, tooLarge } from './file-failure.ts';
import { chunkFrame, endFrame, failureFrame } from './frames.ts';
import { parseFile } from './parse-file.ts';

/** What the child is told. */
export interface ChildTask {
  readonly filename: string;
  readonly chunking: Chunking;
  readonly maxBytes: number;
  readonly maxTextTokens: number;
}

/** Reads the file on its input, and says its chunks on its output. */
async function main({ filename, chunking, maxBytes, maxTextTokens }: ChildTask): Promise<void> {
  try {
    const text = await parseFile(filename, await readInput(maxBytes));
    for (const chunk of cutText(text, { ...chunking, maxTextTokens })) await say(chunkFrame(chunk));
    await say(endFrame());
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    await say(failureFrame(error.failure));
  }
}

async function readInput(maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function say(frame: Buffer): Promise<void> {
  if (!process.stdout.write(frame)) await once(process.stdout, 'drain');
}

await main(JSON.parse(process.argv[2] ?? '') as ChildTask);

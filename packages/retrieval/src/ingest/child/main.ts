import type { Chunking } from '@cogitator-ai/openai-engine';
import { once } from 'node:events';
import { cutText } from './cut-text.ts';
import { FileFailure } from './file-failure.ts';
import { chunkFrame, endFrame, failureFrame } from './frames.ts';
import { parseFile } from './parse-file.ts';
import { readInput } from './read-input.ts';
import { withoutNetwork } from './without-network.ts';

/** What the child is told. */
export interface ChildTask {
  /** The ending of the file's name, in lower case, such as `.pdf`; empty where it has none. */
  readonly extension: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly chunking: Chunking;
  /** Most tokens of its text. */
  readonly maxTextTokens: number;
}

/** Reads the file on its input, and says its chunks on its output. */
async function main({ extension, bytes, chunking, maxTextTokens }: ChildTask): Promise<void> {
  try {
    const text = await parseFile(extension, await readInput(process.stdin, { extension, bytes }));
    for await (const chunk of cutText(text, { ...chunking, maxTextTokens })) await say(chunkFrame(chunk));
    await say(endFrame());
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    await say(failureFrame(error.reason));
  }
}

async function say(frame: Buffer): Promise<void> {
  if (!process.stdout.write(frame)) await once(process.stdout, 'drain');
}

withoutNetwork();
await main(JSON.parse(process.argv[2] ?? '') as ChildTask);

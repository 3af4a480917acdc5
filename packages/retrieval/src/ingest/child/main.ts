import { once } from 'node:events';
import { ByteReader } from '../../byte-reader.ts';
import { cutText } from './cut-text.ts';
import { FileFailure } from './file-failure.ts';
import { chunkFrame, endFrame, failureFrame } from './frames.ts';
import { parseFile } from './parse-file.ts';
import { readFile, readTask } from './tasks.ts';
import { withoutNetwork } from './without-network.ts';

/** Reads the files on its input one after another, and says their chunks on its output, up to the first one that fails. */
async function main(): Promise<void> {
  const input = new ByteReader(process.stdin);
  try {
    while (!(await input.isAtEnd())) {
      const task = await readTask(input);
      const text = await parseFile(task.extension, await readFile(input, task));
      for await (const chunk of cutText(text, { ...task.chunking, maxTextTokens: task.maxTextTokens }))
        await say(chunkFrame(chunk));
      await say(endFrame());
    }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    await say(failureFrame(error.reason));
  }
}

async function say(frame: Buffer): Promise<void> {
  if (!process.stdout.write(frame)) await once(process.stdout, 'drain');
}

withoutNetwork();
await main();

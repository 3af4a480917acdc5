import { createRetrieval } from '@cogitator-ai/openai-retrieval';
import { collect, fileOf } from './blobs.ts';
import { randomNumbers, randomText } from './random.ts';

const CHUNKING = { maxTokens: 800, overlapTokens: 400 };

/** Prints how fast text becomes searchable by words, the process that reads it included. */
export async function measureIngestion(): Promise<void> {
  const retrieval = createRetrieval();
  const random = randomNumbers(1);
  const signal = AbortSignal.timeout(600_000);
  console.log('\nIngestion of text, without an embedder\n');
  console.log('      file     time/file       MB/s    longest stall of the event loop');
  for (const [words, files] of [
    [700, 10],
    [150_000, 3],
    [750_000, 1],
  ] as const) {
    let bytes = 0;
    const stall = watchStalls();
    const startedAt = performance.now();
    for (let left = files; left > 0; left--) {
      const file = fileOf('file.txt', randomText(words, random));
      bytes += file.bytes;
      await collect(await retrieval.ingest(file, { chunking: CHUNKING, signal }));
    }
    const elapsed = performance.now() - startedAt;
    const [size, time] = [(bytes / files / 1000).toFixed(0), (elapsed / files).toFixed(0)];
    const rate = (bytes / 1000 / elapsed).toFixed(2);
    console.log(
      `${size.padStart(7)} kB ${time.padStart(10)} ms ${rate.padStart(10)} ${stall.end().toFixed(0).padStart(10)} ms`,
    );
  }
  await retrieval.close();
}

/** How long the event loop stands still at most, in ms. */
function watchStalls(): { end(): number } {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return longest;
    },
  };
}

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeRun, median, percentile } from '../process/machine.ts';
import { MeasuredProcess } from '../process/measured-process.ts';
import { readStream, type StreamResult } from '../process/read-stream.ts';
import { memoryGrowth, type Sample } from './memory-growth.ts';
import { openSetup, type Setup, SETUPS } from './setups.ts';

const { values } = parseArgs({
  options: {
    setups: { type: 'string', default: Object.keys(SETUPS).join(',') },
    streams: { type: 'string', default: '100' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '8' },
    runs: { type: 'string', default: '1000' },
  },
});
const streams = Number(values.streams);
const rate = Number(values.rate);
const runs = Number(values.runs);
/** Tokens of a run that is timed by how many of it are done in a second. */
const SHORT = 20;
/** Short runs under way at a time. */
const AT_ONCE = 50;
/** How often memory is looked at, in ms. */
const SAMPLE_MS = 1000;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const upstreamOf = (tokens: number, tokensPerSecond: number): Promise<MeasuredProcess> =>
  MeasuredProcess.start(path('../process/upstream.ts'), { TOKENS: String(tokens), RATE: String(tokensPerSecond) });

/** A run lives ten minutes, with what goes before its first token. */
const MAX_SECONDS = 590;
const seconds = Number(values.seconds);
if (seconds > MAX_SECONDS) throw new Error(`A run lives ten minutes: --seconds is at most ${MAX_SECONDS}.`);

const tokens = rate * seconds;
const options = `--setups '${values.setups}' --streams ${streams} --rate ${rate} --seconds ${values.seconds} --runs ${runs}`;
console.log(describeRun(`npm run benchmark -- runs ${options}`));
console.log(
  `${streams} streams of ${tokens} tokens, ${rate} tokens/s each; then ${runs} runs of ${SHORT} tokens, ${AT_ONCE} at a time`,
);
console.log('Time to the first token beyond that of the model itself; CPU and memory of all servers together\n');
console.log('                     first token p50     p99   CPU/token       MB  MB/min   runs/s   CPU/run');
for (const name of values.setups.split(',')) await measure(name);

async function measure(name: string): Promise<void> {
  const spec = SETUPS[name];
  if (!spec) throw new Error(`There is no setup '${name}', only ${Object.keys(SETUPS).join(', ')}.`);
  const paced = await measurePaced(spec);
  const burst = await measureBurst(spec);
  console.log(
    [
      name.padEnd(20),
      `${paced.p50.toFixed(1)} ms`.padStart(15),
      `${paced.p99.toFixed(1)} ms`.padStart(11),
      `${paced.cpuPerToken.toFixed(0)} µs`.padStart(11),
      paced.megabytes.toFixed(0).padStart(8),
      paced.growth.toFixed(2).padStart(7),
      burst.perSecond.toFixed(0).padStart(8),
      `${(burst.cpuPerRun / 1000).toFixed(1)} ms`.padStart(9),
    ].join(' '),
  );
}

/** Streams at a model's pace. */
async function measurePaced(spec: (typeof SETUPS)[string]) {
  const upstream = await upstreamOf(tokens, rate);
  const setup = await openSetup(spec, { OPENAI_BASE_URL: `${upstream.origin}/v1`, OPENAI_API_KEY: '' });
  try {
    const ask = await prepare(setup, tokens);
    // Compiles what is measured.
    await Promise.all(Array.from({ length: Math.min(streams, 20) }, ask));
    const direct = await openPaced(() => readStream(`${upstream.origin}/v1/chat/completions`, '{}', tokens));
    const before = await cpuOf(setup);
    const samples: Sample[] = [];
    const began = performance.now();
    const sampling = setInterval(() => {
      const at = performance.now() - began;
      void memoryOf(setup).then((bytes) => samples.push({ at, bytes }));
    }, SAMPLE_MS);
    const ours = await openPaced(ask);
    clearInterval(sampling);
    const cpu = (await cpuOf(setup)) - before;
    const added = (percent: number): number =>
      percentile(
        ours.map(({ waitMs }) => waitMs),
        percent,
      ) - median(direct.map(({ waitMs }) => waitMs));
    return {
      p50: added(50),
      p99: added(99),
      cpuPerToken: cpu / (streams * tokens),
      megabytes: (samples.at(-1)?.bytes ?? 0) / 2 ** 20,
      growth: memoryGrowth(samples),
    };
  } finally {
    await setup.stop();
    await upstream.stop();
  }
}

/** Short runs, as fast as they go. */
async function measureBurst(spec: (typeof SETUPS)[string]) {
  const upstream = await upstreamOf(SHORT, 0);
  const setup = await openSetup(spec, { OPENAI_BASE_URL: `${upstream.origin}/v1`, OPENAI_API_KEY: '' });
  try {
    const ask = await prepare(setup, SHORT);
    const work = async (count: number): Promise<void> => {
      const left = Array.from({ length: count }, (_, index) => index).values();
      const client = async (): Promise<void> => {
        for (const _ of left) await ask();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, client));
    };
    await work(200);
    const before = await cpuOf(setup);
    const began = performance.now();
    await work(runs);
    const elapsed = (performance.now() - began) / 1000;
    return { perSecond: runs / elapsed, cpuPerRun: ((await cpuOf(setup)) - before) / runs };
  } finally {
    await setup.stop();
    await upstream.stop();
  }
}

/** Opens streams over one interval between tokens, so that they do not tick in step. */
async function openPaced(open: () => Promise<StreamResult>): Promise<StreamResult[]> {
  const read: Promise<StreamResult>[] = [];
  for (let index = 0; index < streams; index++) {
    read.push(open());
    await new Promise((resolve) => setTimeout(resolve, Math.max(1000 / rate, 1000) / streams));
  }
  return Promise.all(read);
}

/** @returns What asks the servers in turn, each time on a new thread. */
async function prepare(setup: Setup, expected: number): Promise<() => Promise<StreamResult>> {
  const response = await fetch(`${setup.nextDoor()}/v1/assistants`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-benchmark' },
    body: '{"model":"m","instructions":"Be brief."}',
  });
  const { id } = (await response.json()) as { id: string };
  const thread = { messages: [{ role: 'user', content: 'Hello!' }] };
  const body = JSON.stringify({ assistant_id: id, stream: true, thread });
  return () => readStream(`${setup.nextDoor()}/v1/threads/runs`, body, expected);
}

async function cpuOf({ servers }: Setup): Promise<number> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, { cpu }) => sum + cpu, 0);
}

async function memoryOf({ servers }: Setup): Promise<number> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, { rss }) => sum + rss, 0);
}

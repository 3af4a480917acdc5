import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
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
    starts: { type: 'string', default: '20' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '0' },
    runs: { type: 'string', default: '1000' },
  },
});
const streams = Number(values.streams);
const starts = Number(values.starts);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const runs = Number(values.runs);
/** Tokens of a run that is timed by how many of it are done in a second. */
const SHORT = 20;
/** Short runs under way at a time. */
const AT_ONCE = 50;
/** How often memory is looked at, in ms. */
const SAMPLE_MS = 1000;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const upstreamOf = (tokensPerSecond: number): Promise<MeasuredProcess> =>
  MeasuredProcess.start(path('../process/upstream.ts'), { RATE: String(tokensPerSecond) });

/** A run lives ten minutes, with what goes before its first token. */
const MAX_SECONDS = 590;
if (seconds > MAX_SECONDS) throw new Error(`A run lives ten minutes: --seconds is at most ${MAX_SECONDS}.`);
/** The time in which all streams are open, in ms: tokens are measured in it. */
const measuredMs = (Math.max(seconds, Number(values.minutes) * 60) - streams / starts) * 1000 - 1000;
if (measuredMs < 1000) throw new Error('The first stream ends before the last one is open: take more --seconds.');

const tokens = rate * seconds;
/** How long clients go on beginning another run, in ms. */
const lastingMs = Number(values.minutes) * 60_000;
const options = `--setups '${values.setups}' --streams ${streams} --starts ${starts} --rate ${rate} --seconds ${seconds} --minutes ${values.minutes} --runs ${runs}`;
console.log(describeRun(`npm run benchmark -- runs ${options}`));
console.log(
  `${streams} streams of ${tokens} tokens, ${rate} tokens/s each, ${starts} begun a second${lastingMs > 0 ? `, again and again for ${values.minutes} minutes` : ''}; then ${runs} runs of ${SHORT} tokens, ${AT_ONCE} at a time`,
);
console.log(
  'Times beyond those of the model itself; CPU of all servers together + of the store, memory of the servers\n',
);
console.log(
  '                     first token p50     p99   each token p50     p99      CPU/token       MB  MB/min   runs/s          CPU/run',
);
for (const name of values.setups.split(',')) await measure(name);

async function measure(name: string): Promise<void> {
  const spec = SETUPS[name];
  if (!spec) throw new Error(`There is no setup '${name}', only ${Object.keys(SETUPS).join(', ')}.`);
  const paced = await measurePaced(spec);
  const burst = await measureBurst(spec);
  console.log(
    [
      name.padEnd(20),
      `${paced.first(50).toFixed(1)} ms`.padStart(15),
      `${paced.first(99).toFixed(1)} ms`.padStart(8),
      `${paced.each(50).toFixed(1)} ms`.padStart(15),
      `${paced.each(99).toFixed(1)} ms`.padStart(8),
      `${perUnit(paced.cpuPerToken, 1, 0)} µs`.padStart(14),
      paced.megabytes.toFixed(0).padStart(8),
      paced.growth.toFixed(2).padStart(7),
      burst.perSecond.toFixed(0).padStart(8),
      `${perUnit(burst.cpuPerRun, 1000, 1)} ms`.padStart(16),
    ].join(' '),
  );
}

/** Streams at a model's pace. */
async function measurePaced(spec: (typeof SETUPS)[string]) {
  const upstream = await upstreamOf(rate);
  const setup = await openSetup(spec, { OPENAI_BASE_URL: `${upstream.origin}/v1`, OPENAI_API_KEY: '' });
  try {
    const ask = await prepare(setup);
    // Compiles what is measured.
    await Promise.all(Array.from({ length: Math.min(streams, AT_ONCE) }, () => ask(SHORT)));
    const direct = await Promise.all(
      await openInTurn(() =>
        readStream(`${upstream.origin}/v1/chat/completions`, `{"content":"${say(SHORT)}"}`, SHORT),
      ),
    );
    const samples: Sample[] = [];
    const began = performance.now();
    const sampling = setInterval(() => {
      const at = performance.now() - began;
      void memoryOf(setup).then((bytes) => samples.push({ at, bytes }));
    }, SAMPLE_MS);
    let used: Cpu;
    let ours: StreamResult[];
    const client = async (): Promise<StreamResult[]> => {
      const results: StreamResult[] = [];
      do results.push(await ask(tokens));
      while (performance.now() - began < lastingMs);
      return results;
    };
    try {
      const opened = await openInTurn(client);
      const before = await cpuOf(setup);
      await setTimeout(measuredMs);
      used = since(before, await cpuOf(setup));
      ours = (await Promise.all(opened)).flat();
    } finally {
      clearInterval(sampling);
    }
    const added =
      (times: (result: StreamResult) => readonly number[]) =>
      (percent: number): number =>
        percentile(ours.flatMap(times), percent) - median(direct.flatMap(times));
    return {
      first: added(({ waitMs }) => [waitMs]),
      each: added(({ delaysMs }) => delaysMs),
      cpuPerToken: divided(used, streams * rate * (measuredMs / 1000)),
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
  const upstream = await upstreamOf(0);
  const setup = await openSetup(spec, { OPENAI_BASE_URL: `${upstream.origin}/v1`, OPENAI_API_KEY: '' });
  try {
    const ask = await prepare(setup);
    const work = async (count: number): Promise<void> => {
      const left = Array.from({ length: count }, (_, index) => index).values();
      const client = async (): Promise<void> => {
        for (const _ of left) await ask(SHORT);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, client));
    };
    await work(200);
    const before = await cpuOf(setup);
    const began = performance.now();
    await work(runs);
    const elapsed = (performance.now() - began) / 1000;
    return { perSecond: runs / elapsed, cpuPerRun: divided(since(before, await cpuOf(setup)), runs) };
  } finally {
    await setup.stop();
    await upstream.stop();
  }
}

/** Opens streams one after the other. @returns All, once the last one is asked for. */
async function openInTurn<T>(open: () => Promise<T>): Promise<Promise<T>[]> {
  const opened: Promise<T>[] = [];
  const began = performance.now();
  while (opened.length < streams) {
    opened.push(open());
    await setTimeout(Math.max(0, began + (opened.length * 1000) / starts - performance.now()));
  }
  return opened;
}

/** What a model is asked for. */
function say(count: number): string {
  return `Say ${count} tokens.`;
}

/** @returns What asks the servers in turn for a number of tokens, each time on a new thread. */
async function prepare(setup: Setup): Promise<(count: number) => Promise<StreamResult>> {
  const response = await fetch(`${setup.nextDoor()}/v1/assistants`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-benchmark' },
    body: '{"model":"m","instructions":"Be brief."}',
  });
  const { id } = (await response.json()) as { id: string };
  return (count) => {
    const thread = { messages: [{ role: 'user', content: say(count) }] };
    const body = JSON.stringify({ assistant_id: id, stream: true, thread });
    return readStream(`${setup.nextDoor()}/v1/threads/runs`, body, count);
  };
}

/** CPU time, in µs. */
interface Cpu {
  readonly servers: number;
  readonly store: number;
}

async function cpuOf({ servers, storeCpu }: Setup): Promise<Cpu> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return { servers: usages.reduce((sum, { cpu }) => sum + cpu, 0), store: storeCpu() };
}

function since(before: Cpu, after: Cpu): Cpu {
  return { servers: after.servers - before.servers, store: after.store - before.store };
}

function divided({ servers, store }: Cpu, by: number): Cpu {
  return { servers: servers / by, store: store / by };
}

function perUnit({ servers, store }: Cpu, unit: number, digits: number): string {
  return [servers, store].map((time) => (time / unit).toFixed(digits)).join(' + ');
}

async function memoryOf({ servers }: Setup): Promise<number> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, { rss }) => sum + rss, 0);
}

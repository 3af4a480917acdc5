import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeRun, median, percentile } from '../process/machine.ts';
import { MeasuredProcess } from '../process/measured-process.ts';
import { readStream, type StreamResult } from '../process/read-stream.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
  },
});
const streams = Number(values.streams);
const rate = Number(values.rate);
const rounds = Number(values.rounds);
// Without a rate the tokens come as fast as they are taken.
const tokens = rate > 0 ? rate * Number(values.seconds) : 2000;

interface Round {
  readonly cpuPerToken: number;
  readonly first: number[];
  readonly rss: number;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const upstream = await MeasuredProcess.start(path('../process/upstream.ts'), {
  RATE: String(rate),
});
const environment = { OPENAI_BASE_URL: `${upstream.origin}/v1`, OPENAI_API_KEY: '' };
const raw = await MeasuredProcess.start(path('raw-relay.ts'), { ...environment, TOKENS: String(tokens) });
const ours = await MeasuredProcess.start(path('../process/our-server.ts'), environment);
try {
  const results = { raw: [] as Round[], ours: [] as Round[] };
  const body = await prepare();
  // The first round of each warms it up and is not counted.
  for (let index = 0; index <= rounds; index++) {
    for (const [name, server, url] of [
      ['raw', raw, raw.origin],
      ['ours', ours, `${ours.origin}/v1/threads/runs`],
    ] as const) {
      const round = await measure(server, url, body);
      if (index > 0) results[name].push(round);
    }
  }
  report(results);
} finally {
  await Promise.all([upstream, raw, ours].map((process) => process.stop()));
}

async function prepare(): Promise<string> {
  const response = await fetch(`${ours.origin}/v1/assistants`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-benchmark' },
    body: '{"model":"m","instructions":"Be brief."}',
  });
  const { id } = (await response.json()) as { id: string };
  const thread = { messages: [{ role: 'user', content: `Say ${tokens} tokens.` }] };
  return JSON.stringify({ assistant_id: id, stream: true, thread });
}

async function measure(server: MeasuredProcess, url: string, body: string): Promise<Round> {
  const before = await server.usage();
  const read: Promise<StreamResult>[] = [];
  for (let index = 0; index < streams; index++) {
    read.push(readStream(url, body, tokens));
    // Spread over one interval, so that streams do not tick in step.
    if (rate > 0) await new Promise((resolve) => setTimeout(resolve, 1000 / rate / streams));
  }
  const done = await Promise.all(read);
  const after = await server.usage();
  return {
    cpuPerToken: (after.cpu - before.cpu) / (streams * tokens),
    first: done.map(({ delaysMs }) => delaysMs[0] ?? Number.NaN),
    rss: after.rss,
  };
}

function report({ raw: rawRounds, ours: ourRounds }: { raw: Round[]; ours: Round[] }): void {
  const summary = (list: Round[]) => ({
    cpuPerToken: median(list.map(({ cpuPerToken }) => cpuPerToken)),
    firstP50: median(list.flatMap(({ first }) => first)),
    firstP99: percentile(
      list.flatMap(({ first }) => first),
      99,
    ),
    rssMb: (list.at(-1)?.rss ?? 0) / 2 ** 20,
  });
  const [rawSummary, ourSummary] = [summary(rawRounds), summary(ourRounds)];
  const ratio = median(
    ourRounds.map((round, index) => round.cpuPerToken / (rawRounds[index]?.cpuPerToken ?? Number.NaN)),
  );
  const growth = (ourRounds.at(-1)?.cpuPerToken ?? 0) / (ourRounds[0]?.cpuPerToken ?? 1);
  if (values.json) {
    console.log(JSON.stringify({ raw: rawSummary, ours: ourSummary, ratio, growth }));
    return;
  }
  const command = `npm run benchmark -- relay --streams ${streams} --rate ${rate} --seconds ${values.seconds} --rounds ${rounds}`;
  console.log(describeRun(command));
  console.log(
    `${streams} streams, ${rate > 0 ? `${rate} tokens/s each` : 'unpaced'}, ${tokens} tokens each, ${rounds} rounds\n`,
  );
  for (const [name, of] of [
    ['raw node:http', rawSummary],
    ['this server', ourSummary],
  ] as const) {
    console.log(
      `${name.padEnd(14)} ${of.cpuPerToken.toFixed(1).padStart(7)} µs CPU/token   first token +${of.firstP50.toFixed(1)} ms p50, +${of.firstP99.toFixed(1)} ms p99   ${of.rssMb.toFixed(0)} MB`,
    );
  }
  console.log(`\nratio ${ratio.toFixed(2)} (median of rounds), growth over the rounds ${growth.toFixed(2)}`);
}

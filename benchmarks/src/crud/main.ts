import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeRun, median } from '../process/machine.ts';
import { MeasuredProcess } from '../process/measured-process.ts';
import { call, repeat } from './load.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '3000' }, rounds: { type: 'string', default: '3' } },
});
const requests = Number(values.requests);
const rounds = Number(values.rounds);
/** Messages in the thread when appending and listing are measured. */
const SIZES = [10, 1000, 10_000];
const MESSAGE = '{"role":"user","content":"What is the weather like in Oslo today?"}';
const ASSISTANT = '{"model":"demo","instructions":"Be brief."}';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const raw = await MeasuredProcess.start(path('raw-server.ts'));
const ours = await MeasuredProcess.start(path('../process/our-server.ts'));
try {
  console.log(describeRun(`npm run benchmark -- crud --requests ${requests} --rounds ${rounds}`));
  console.log('CPU per request, in µs\n');
  console.log('                              raw     ours   ratio');
  const create = async (server: MeasuredProcess, kind: string, body: string): Promise<string> =>
    (JSON.parse(await call(`${server.origin}/v1/${kind}`, body)) as { id: string }).id;
  await compare('create an assistant', ({ origin }) => [`${origin}/v1/assistants`, ASSISTANT]);
  await compare('create a thread', ({ origin }) => [`${origin}/v1/threads`, '{}']);
  const threads = new Map([
    [raw, await create(raw, 'threads', '{}')],
    [ours, await create(ours, 'threads', '{}')],
  ]);
  const thread = (server: MeasuredProcess): string => `${server.origin}/v1/threads/${threads.get(server)}`;
  await compare('retrieve a thread', (server) => [thread(server)]);
  const lists: number[] = [];
  let size = 0;
  for (const target of SIZES) {
    for (const server of [raw, ours]) await repeat(Math.max(0, target - size), `${thread(server)}/messages`, MESSAGE);
    size = target;
    lists.push(await compare(`list 20 of ${target} messages`, (server) => [`${thread(server)}/messages`]));
  }
  await compare('append a message', (server) => [`${thread(server)}/messages`, MESSAGE]);
  console.log(
    `\nlist growth from ${SIZES[0]} to ${SIZES.at(-1)} messages: ${((lists.at(-1) ?? 0) / (lists[0] ?? 1)).toFixed(2)}`,
  );
} finally {
  await Promise.all([raw.stop(), ours.stop()]);
}

/** Measures both servers in turn and prints a row. @returns Our CPU per request, in µs. */
async function compare(
  name: string,
  toRequest: (server: MeasuredProcess) => [url: string, body?: string],
): Promise<number> {
  const costs = { raw: [] as number[], ours: [] as number[] };
  // The first round of each warms it up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [which, server] of [
      ['raw', raw],
      ['ours', ours],
    ] as const) {
      const before = await server.usage();
      await repeat(requests, ...toRequest(server));
      const after = await server.usage();
      if (round > 0) costs[which].push((after.cpu - before.cpu) / requests);
    }
  }
  const ratio = median(costs.ours.map((cost, index) => cost / (costs.raw[index] ?? Number.NaN)));
  const [rawCost, ourCost] = [median(costs.raw), median(costs.ours)];
  console.log(
    `${name.padEnd(26)} ${rawCost.toFixed(1).padStart(7)} ${ourCost.toFixed(1).padStart(8)} ${ratio.toFixed(2).padStart(7)}`,
  );
  return ourCost;
}

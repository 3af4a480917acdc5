import { parseArgs } from 'node:util';
import { describeRun, median } from '../process/machine.ts';
import { type Driver, DRIVERS, openContestants } from './contestants.ts';
import type { Subject } from './subject.ts';

/** Messages in the thread. */
const SIZES = [10, 1000, 100_000];
/** How long each call is made on other data before it is timed, until its code is compiled, in ms. */
const WARM_UP_MS = 1500;

const { values } = parseArgs({
  options: {
    drivers: { type: 'string', default: DRIVERS.join(',') },
    calls: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '7' },
  },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);

console.log(
  describeRun(`npm run benchmark -- storage --drivers ${values.drivers} --calls ${calls} --rounds ${rounds}`),
);
console.log('Time of a call in µs, one call after another: the driver, the bare client for the same work, the ratio\n');
console.log('          messages         append    bare   ratio   list 20    bare   ratio   list 10');
for (const driver of values.drivers.split(',')) await measure(driver as Driver);

async function warmUp(driver: Driver): Promise<void> {
  const contestants = await openContestants(driver);
  for (const subject of [contestants.ours, contestants.bare].filter((each) => each !== null)) {
    for (const call of [() => subject.append(), () => subject.list(20), () => subject.list(10)]) {
      for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) await call();
    }
  }
  await contestants.close();
}

async function measure(driver: Driver): Promise<void> {
  await warmUp(driver);
  const contestants = await openContestants(driver);
  const { ours, bare } = contestants;
  const appends: number[] = [];
  const lists: number[] = [];
  let size = 0;
  for (const target of SIZES) {
    for (const subject of [ours, bare]) await subject?.fill(target - size);
    const list = await compare((subject) => subject.list(20), ours, bare);
    // Of as many messages in the smallest thread as in the largest: by this page the growth is told.
    const short = await compare((subject) => subject.list(10), ours, null);
    // Last, since it makes the thread longer.
    const append = await compare((subject) => subject.append(), ours, bare);
    lists.push(short.ourTime);
    appends.push(append.ourTime);
    size = target + calls * (rounds + 1);
    const messages = target.toLocaleString('en').padStart(8);
    console.log(`${driver.padEnd(10)}${messages}   ${cells(append)} ${cells(list)} ${cell(short.ourTime, 9)}`);
  }
  console.log(`${driver.padEnd(10)}growth: append ${growth(appends)}, list 10 ${growth(lists)}\n`);
  await contestants.close();
}

interface Comparison {
  /** In µs. */
  readonly ourTime: number;
  /** In µs; NaN when there is nothing to compare with. */
  readonly bareTime: number;
  readonly ratio: number;
}

/** Times both in turn; the first round, in which what was filled in comes to rest, is not counted. */
async function compare(
  operation: (subject: Subject) => Promise<void>,
  ours: Subject,
  bare: Subject | null,
): Promise<Comparison> {
  const times: { our: number; bare: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const our = await timeOf(() => operation(ours));
    const time = { our, bare: bare ? await timeOf(() => operation(bare)) : Number.NaN };
    if (round > 0) times.push(time);
  }
  return {
    ourTime: median(times.map((time) => time.our)),
    bareTime: median(times.map((time) => time.bare)),
    ratio: median(times.map((time) => time.our / time.bare)),
  };
}

/** The median time of a call, in µs. */
async function timeOf(call: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let left = calls; left > 0; left--) {
    const startedAt = performance.now();
    await call();
    times.push((performance.now() - startedAt) * 1000);
  }
  return median(times);
}

function growth(times: readonly number[]): string {
  return ((times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN)).toFixed(2);
}

function cells({ ourTime, bareTime, ratio }: Comparison): string {
  return `${cell(ourTime, 9)}${cell(bareTime, 8)}${cell(ratio, 8, 2)}`;
}

function cell(value: number, width: number, digits = 0): string {
  return (Number.isNaN(value) ? '' : value.toFixed(digits)).padStart(width);
}

import { type Assistant, RunStatus } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenInvariants, type Invariant, INVARIANTS } from './interleavings/invariants.ts';
import { type Place, type Played, playSchedule } from './interleavings/play-schedule.ts';
import { Random } from './interleavings/random.ts';
import { randomSchedule } from './interleavings/schedule.ts';
import { answerAsInstructed } from './interleavings/scripted-model.ts';
import { slowDown } from './interleavings/slow-storage.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { SEED, SOAK } from './soak.ts';
import { connectApi } from './wire/api.ts';

const SCHEDULES = 1000 * SOAK;
const AT_ONCE = 40;
/** Faulty schedules after which no more are tried. */
const ENOUGH = 20;
/** Of runs; every other schedule lives in a place where they expire while they are being worked on. */
const LIFETIMES_MS = [600_000, 300];

const servers = await Promise.all(
  LIFETIMES_MS.map(async (runLifetimeMs) =>
    startEngineServer({
      limits: { runLifetimeMs },
      sweepIntervalMs: 20,
      answer: answerAsInstructed,
      storage: slowDown(await openTestStorage(), new Random(SEED)),
    }),
  ),
);
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** What is wrong, with the schedule that shows it. */
const faults = new Map<Invariant, string[]>();
const statuses = new Map<RunStatus, number>();
let faulty = 0;

beforeAll(
  async () => {
    const places = await Promise.all(servers.map(openPlace));
    const seeds = Array.from({ length: SCHEDULES }, (_, index) => SEED * 1_000_000 + index).values();
    const work = async (): Promise<void> => {
      for (const seed of seeds) {
        if (faulty >= ENOUGH) return;
        const place = seed % places.length;
        note(await playSchedule(places[place]!, randomSchedule(seed, LIFETIMES_MS[place]!)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  },
  60_000 * Math.max(1, SOAK),
);

async function openPlace({ baseURL, model }: (typeof servers)[0]): Promise<Place> {
  const { id } = await connectApi(baseURL).post<Assistant>('/assistants', {
    model,
    tools: [{ type: 'function', function: { name: 'ask' } }],
  });
  return { baseURL, assistantId: id };
}

function note({ history, outcome }: Played): void {
  for (const { status } of history.sightings) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const broken = brokenInvariants(history, outcome);
  if (broken.size > 0) faulty++;
  for (const [name, [fault]] of broken) {
    const story = `seed ${history.schedule.seed}, ${history.threadId}: ${fault}\n${history.log.join('\n')}`;
    faults.set(name, [...(faults.get(name) ?? []), story]);
  }
}

describe(`a thread that several clients use at once, in ${SCHEDULES} ways`, () => {
  it.each(INVARIANTS)('%s', (name) => {
    const found = faults.get(name) ?? [];
    expect(found.slice(0, 2)).toEqual([]);
  });

  it.each(RunStatus.options)('has seen runs %s', (status) => {
    // In a part of the schedules at least, else they prove little.
    expect(statuses.get(status) ?? 0).toBeGreaterThan(SCHEDULES / 50);
  });
});

import type { Service } from '@cogitator-ai/tests-services';
import { it } from 'vitest';
import { ask, type Asked, faultsOf } from './clients/ask.ts';
import { openCluster, STORES } from './replicas/open-cluster.ts';
import type { Plan } from './upstream/plan.ts';

/** How often each test is done; the runs of each. */
const ROUNDS = Number(process.env['SOAK'] ?? 1);
const RUNS = 200;
/** How many are under way at a time. */
const AT_ONCE = 40;
const KILL_EVERY_MS = 1000;

/** Kills one of those that run every second, unless it is the last, and starts it again. */
function killAtRandom(replicas: readonly Service[]): { stop(): Promise<number> } {
  const running = new Set(replicas);
  const restarts = new Set<Promise<void>>();
  let kills = 0;
  const timer = setInterval(() => {
    const candidates = [...running];
    const replica = candidates[Math.floor(Math.random() * candidates.length)];
    if (!replica || candidates.length === 1) return;
    running.delete(replica);
    kills++;
    const restart = replica
      .kill()
      .then(() => replica.start())
      .then(() => void running.add(replica));
    restarts.add(restart);
  }, KILL_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(restarts);
      return kills;
    },
  };
}

const planOf = (index: number): Plan => ({
  key: `q${index}`,
  steps: index % 4,
  words: 10 + (index % 7) * 10,
  delayMs: 10 + (index % 3) * 15,
});

it.for(STORES.flatMap((store) => Array.from({ length: ROUNDS }, (_, index) => ({ ...store, round: index + 1 }))))(
  `${RUNS} runs on three servers of which one is killed every second, on $name ($round)`,
  { timeout: 300_000 },
  async ({ startStore }, { expect, onTestFinished }) => {
    const cluster = await openCluster({ startStore, roles: ['all', 'all', 'all'] });
    onTestFinished(() => cluster.remove());
    const { api, assistantId, workshop } = cluster;

    const asked: Asked[] = [];
    const indexes = Array.from({ length: RUNS }, (_, index) => index).values();
    const client = async (): Promise<void> => {
      for (const index of indexes) {
        asked.push(await ask(api, assistantId, planOf(index), index % 2 === 0 ? 'stream' : 'poll'));
      }
    };
    const chaos = killAtRandom(cluster.replicas);
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    const kills = await chaos.stop();

    expect(asked.flatMap((each) => faultsOf(each, workshop.executions))).toEqual([]);
    expect(asked).toHaveLength(RUNS);
    expect(kills).toBeGreaterThan(3);
  },
);

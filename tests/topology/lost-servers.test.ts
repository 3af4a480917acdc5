import type { Message, RunStep } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { answersOf } from './clients/texts.ts';
import { type Cluster, openCluster, STORES, untilEnded } from './replicas/open-cluster.ts';
import { answerTo, followPlan, type Plan } from './upstream/plan.ts';

const [FIRST, SECOND] = [0, 1];
const LEASE_MS = 1500;

const NEVER = new Promise<never>(() => {});

/** Takes several seconds. */
const slow: Plan = { key: 'slow', steps: 0, words: 120, delayMs: 30 };

describe.each(STORES)('two servers on $name', ({ startStore }) => {
  const open = (more: { workMs?: number } = {}): Promise<Cluster> =>
    openCluster({ startStore, roles: ['all', 'all'], leaseMs: LEASE_MS, ...more });

  it('of which one is frozen for longer than its lease: what it then writes is refused', async ({
    expect,
    onTestFinished,
  }) => {
    const cluster = await open();
    onTestFinished(() => cluster.remove());
    const path = await cluster.question(slow);
    // The one that will be frozen is left without an end.
    cluster.upstream.script((request) => ({ ...followPlan(request), pause: { after: 40, until: NEVER } }));
    const { reading, ended, path: runPath } = await cluster.stream(path, FIRST);
    const [asked] = cluster.upstream.requests;
    cluster.replicas[FIRST]!.pause();
    const there = await cluster.follow(runPath, SECOND);
    // Somebody goes on with it.
    await expect.poll(() => cluster.upstream.requests.length, { timeout: 20_000 }).toBe(2);
    cluster.replicas[FIRST]!.resume();
    await Promise.all([ended, there.ended]);
    expect(await untilEnded(cluster.at(SECOND), runPath)).toMatchObject({ status: 'completed' });
    expect(await answersOf(cluster.api, path)).toEqual([answerTo(slow)]);
    for (const each of [reading, there.reading]) {
      expect(each).toMatchObject({ status: 'completed', isDone: true, text: answerTo(slow) });
      expect(each.created).toHaveLength(1);
    }
    await expect.poll(() => asked!.aborted).toBe(true);
    expect(cluster.upstream.requests).toHaveLength(2);
  });

  it('of which one is killed: the other goes on where it was', async ({ expect, onTestFinished }) => {
    const cluster = await open();
    onTestFinished(() => cluster.remove());
    const path = await cluster.question({ ...slow, steps: 1 });
    const { reading, ended, path: runPath } = await cluster.stream(path, FIRST);
    await cluster.replicas[FIRST]!.kill();
    await ended;
    const there = await cluster.follow(runPath, SECOND);
    await there.ended;
    const text = answerTo(slow);
    expect(there.reading).toMatchObject({ status: 'completed', isDone: true, text });
    expect(text.startsWith(reading.text)).toBe(true);
    expect(await answersOf(cluster.at(SECOND), path)).toEqual([text]);
    // The tool was executed before, and is not again.
    expect([...cluster.workshop.executions.values()]).toEqual([1]);
  });

  it('of which one is killed while it executes a tool: the model is told, and it is not executed again', async ({
    expect,
    onTestFinished,
  }) => {
    const cluster = await open({ workMs: 600_000 });
    onTestFinished(() => cluster.remove());
    const path = await cluster.question({ ...slow, steps: 1, words: 3 });
    const { id } = (await cluster
      .at(FIRST)
      .post<{ id: string }>(`${path}/runs`, { assistant_id: cluster.assistantId }))!;
    await expect.poll(() => cluster.workshop.executions.size, { timeout: 10_000, interval: 5 }).toBe(1);
    await Promise.all(cluster.replicas.map((replica) => replica.kill()));
    await cluster.replicas[SECOND]!.start();
    const runPath = `${path}/runs/${id}`;
    expect(await untilEnded(cluster.at(SECOND), runPath)).toMatchObject({ status: 'completed' });
    const { data } = await cluster.at(SECOND).get<{ data: RunStep[] }>(`${runPath}/steps?order=asc`);
    const details = data[0]!.step_details;
    const [call] = details.type === 'tool_calls' ? details.tool_calls : [];
    expect(call).toMatchObject({
      function: {
        output:
          "Error: the server was interrupted while the tool 'work' ran. Whether it has had its effect is not known.",
      },
    });
    expect([...cluster.workshop.executions.values()]).toEqual([1]);
  });

  it('of which one is stopped: it leaves its runs to the other, and tells their readers', async ({
    expect,
    onTestFinished,
  }) => {
    const cluster = await open();
    onTestFinished(() => cluster.remove());
    const path = await cluster.question(slow);
    const { reading, ended, path: runPath } = await cluster.stream(path, FIRST);
    const stopping = cluster.replicas[FIRST]!.stop();
    const refused = expect
      .poll(async () => (await fetch(`${cluster.replicas[FIRST]!.url}/ready`)).status, { interval: 5 })
      .toBe(503);
    await Promise.all([refused, stopping, ended]);
    expect(reading.errors).toEqual([expect.stringContaining('The server is shutting down; the run goes on.')]);
    const there = await cluster.follow(runPath, SECOND);
    await there.ended;
    expect(there.reading).toMatchObject({ status: 'completed', isDone: true, text: answerTo(slow) });
    expect(await cluster.at(SECOND).get<{ data: Message[] }>(`${path}/messages`)).toMatchObject({
      data: [{ status: 'completed', content: [{ text: { value: answerTo(slow) } }] }, {}],
    });
  });

  it.for(['killed and started again', 'frozen for a while'] as const)(
    'whose store is %s: their runs go on',
    async (how, { expect, onTestFinished }) => {
      const cluster = await open();
      onTestFinished(() => cluster.remove());
      const plans = Array.from({ length: 6 }, (_, index) => ({
        ...slow,
        key: `q${index}`,
        steps: index % 2,
        words: 60,
      }));
      const paths = await Promise.all(plans.map((plan) => cluster.question(plan)));
      const runs = await Promise.all(
        paths.map((path, index) =>
          cluster.at(index % 2).post<{ id: string }>(`${path}/runs`, { assistant_id: cluster.assistantId }),
        ),
      );
      await sleep(1500);
      if (how === 'frozen for a while') {
        cluster.store.pause();
        await sleep(LEASE_MS * 2);
        cluster.store.resume();
      } else {
        await cluster.store.kill();
        await sleep(500);
        await cluster.store.start();
      }
      for (const [index, path] of paths.entries()) {
        const run = await untilEnded(cluster.api, `${path}/runs/${runs[index]!.id}`);
        expect(run).toMatchObject({ status: 'completed', last_error: null });
        const [text] = await answersOf(cluster.api, path);
        // A store that is killed may have lost the last deltas of a stream: the model goes on behind what is left.
        expect(text).toBe(answerTo(plans[index]!));
      }
    },
  );
});

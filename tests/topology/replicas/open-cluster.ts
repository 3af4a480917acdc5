import { type Service, startPostgres, startRedis } from '@cogitator-ai/tests-services';
import type { Assistant, Run, Thread } from '@cogitator-ai/openai-protocol';
import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { Api } from '../clients/api.ts';
import { Reading } from '../clients/read-run.ts';
import { followPlan, type Plan } from '../upstream/plan.ts';
import { openWorkshop, type Workshop } from '../upstream/workshop.ts';
import { type ReplicasOptions, startReplicas } from './start-replicas.ts';

/** The stores that several servers share. Their data survive a crash of theirs. */
export const STORES = [
  { name: 'Redis', startStore: () => startRedis({ durable: true }) },
  { name: 'PostgreSQL', startStore: () => startPostgres({ durable: true }) },
];

/** Servers on one store, with a model that does as its users say. */
export interface Cluster {
  readonly store: Service;
  readonly upstream: Upstream;
  readonly workshop: Workshop;
  readonly replicas: readonly Service[];
  /** Of all of them, one after the other. */
  readonly api: Api;
  readonly assistantId: string;
  /** Asks one of them. */
  at(replica: number): Api;
  /** Makes a thread with a question, and its path. */
  question(plan: Plan): Promise<string>;
  /** Begins a run that is streamed by one of them; resolves when it says its first words. */
  stream(path: string, replica: number): Promise<{ reading: Reading; ended: Promise<void>; path: string }>;
  /** Follows a run at one of them, from its first event on. */
  follow(path: string, replica: number, after?: number): Promise<{ reading: Reading; ended: Promise<void> }>;
  remove(): Promise<void>;
}

type ClusterOptions = Pick<ReplicasOptions, 'roles'> &
  Partial<ReplicasOptions> & {
    startStore: () => Promise<Service>;
    /** How long the tool takes, in ms. */
    workMs?: number;
  };

export async function openCluster({ startStore, workMs = 100, ...options }: ClusterOptions): Promise<Cluster> {
  const store = await startStore();
  const upstream = await startUpstream({ answer: followPlan });
  const workshop = await openWorkshop({ ms: workMs });
  const urls = { storageUrl: store.url, modelUrl: upstream.url, workshopUrl: workshop.url };
  const replicas = await startReplicas({ ...urls, ...options });
  const doors = replicas.filter((_, index) => options.roles[index] !== 'worker');
  const api = new Api(doors.map(({ url }) => url));
  const tools = [{ type: 'function', function: { name: 'work' } }];
  const { id: assistantId } = await api.create<Assistant>('/assistants', { model: 'test-model', tools });
  const at = (replica: number): Api => new Api([replicas[replica]!.url]);

  return {
    store,
    upstream,
    workshop,
    replicas,
    api,
    assistantId,
    at,

    async question(plan) {
      const messages = [{ role: 'user', content: JSON.stringify(plan) }];
      return `/threads/${(await api.create<Thread>('/threads', { messages })).id}`;
    },

    async stream(path, replica) {
      const body = { assistant_id: assistantId, stream: true };
      const { reading, ended } = begin(await at(replica).send('POST', `${path}/runs`, body));
      while (reading.text === '') await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), ended]);
      return { reading, ended, path: `${path}/runs/${reading.runId}` };
    },

    async follow(path, replica, after = 0) {
      return begin(await at(replica).send('GET', `${path}/events?after=${after}`));
    },

    async remove() {
      await Promise.all(replicas.map((replica) => replica.remove()));
      await Promise.all([upstream.close(), workshop.close()]);
      await store.remove();
    },
  };
}

function begin(response: Response): { reading: Reading; ended: Promise<void> } {
  const reading = new Reading();
  return { reading, ended: reading.read(response) };
}

/** Asks after a run until it has ended. */
export async function untilEnded(api: Api, path: string): Promise<Run> {
  for (;;) {
    const run = await api.get<Run>(path);
    if (!['queued', 'in_progress', 'cancelling'].includes(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

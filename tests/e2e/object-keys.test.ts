import { afterAll, expect, it } from 'vitest';
import { collectObjects } from './object-keys/collect-objects.ts';
import { outline } from './object-keys/outline.ts';
import { RECORDED_KEYS } from './object-keys/recorded-keys.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { createHeldRetrieval } from './vector-stores/held-retrieval.ts';

const retrieval = createHeldRetrieval();
const servers = [
  await startEngineServer({ retrieval }),
  await startEngineServer({ limits: { runLifetimeMs: 1000 }, sweepIntervalMs: 5 }),
] as const;
afterAll(() => Promise.all(servers.map((server) => server.close())));

const objects = await collectObjects(...servers, retrieval);
const kinds = Map.groupBy(objects, ([name, value]) => kindOf(name, value));

it.each(Object.entries(RECORDED_KEYS))('%s has exactly the keys of recorded traffic, in their order', (kind, keys) => {
  const shown = kinds.get(kind) ?? [];
  expect(shown.map(([name, value]) => [name, Object.keys(Object(value) as object).join(' ')])).toEqual(
    shown.map(([name]) => [name, keys]),
  );
  expect(shown).not.toEqual([]);
});

it('shows every kind of object in every state', async () => {
  const same = Map.groupBy(objects, ([, value]) => outline(value));
  const sections = [...same].map(([text, named]) => `${named.map(([name]) => `# ${name}\n`).join('')}${text}\n`);
  await expect(sections.join('\n')).toMatchFileSnapshot('object-keys/object-keys.snap.txt');
});

/** What an object says it is; of those that say nothing or too little what they are called here. */
function kindOf(name: string, value: unknown): string {
  const { object, status } = value as { object?: string; status?: string };
  if (object === 'upload' && status === 'completed') return 'upload, completed';
  return object === undefined || name === 'deleted file' || name === 'page of models'
    ? name.replace(/ \d+:.*$/, '')
    : object;
}

import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answerFromConversation, type RecordedRequest, type Reply, startUpstream } from '@cogitator-ai/tests-upstream';
import { afterAll, describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../../examples/seed');
const ARGUMENTS: Readonly<Record<string, string>> = {
  run_code: '{"code":"print(1)"}',
  get_weather: '{"city":"Lima"}',
};

/** Each has its own models, and none of the other's. */
const openai = await startUpstream({ answer: (request) => answerAs('gpt-', request) });
const ollama = await startUpstream({ answer: (request) => answerAs('llama', request) });
afterAll(() => Promise.all([openai.close(), ollama.close()]));

function answerAs(family: string, request: RecordedRequest): Reply {
  const { model } = request.body;
  if (model.startsWith(family)) return callsOrAnswer(request);
  return { error: { status: 404, body: { error: { message: `There is no model '${model}' here.` } } } };
}

/** A model that calls the first function it is given, and then tells what came of it. */
function callsOrAnswer(request: RecordedRequest): Reply {
  const [tool] = (request.body['tools'] ?? []) as { function: { name: string } }[];
  const name = tool?.function.name ?? '';
  if (request.body.messages.at(-1)?.role !== 'user' || !(name in ARGUMENTS)) return answerFromConversation(request);
  return { toolCalls: [{ name, arguments: [ARGUMENTS[name]!] }] };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server.once('listening', () => resolve(server.address() as AddressInfo)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the code samples', () => {
  const programs = globSync('*.ts', { cwd: folder });

  it('are all listed', () => {
    const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| \[(.*?)\]\(\1\)/gm)];
    expect(new Set(listed.map(([, name]) => name))).toEqual(new Set(programs));
  });

  // `server-mode.ts` serves until it is stopped, by the one that imports it.
  it.concurrent.each(programs.filter((name) => name !== 'server-mode.ts'))(
    '%s does what it shows, and ends',
    { timeout: 60_000 },
    async (name) => {
      const program = promisify(execFile)(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', '--conditions=@cogitator-ai/source', join(folder, name)],
        {
          timeout: 45_000,
          env: {
            PORT: String(await freePort()),
            OPENAI_API_KEY: 'sk-any',
            OPENAI_BASE_URL: openai.url,
            OLLAMA_HOST: ollama.url,
            REDIS_URL: process.env['REDIS_URL'],
            DATABASE_URL: process.env['DATABASE_URL'],
          },
        },
      );
      expect((await program).stderr).toBe('');
    },
  );
});

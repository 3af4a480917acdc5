import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const children: ChildProcess[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  /** What it has printed on both outputs. */
  output(): string;
  exited: Promise<number | null>;
}

function start(args: string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['--conditions=@cogitator-ai/source', MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', STORAGE_URL: 'memory:', ...environment },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, exited: once(child, 'exit').then(([code]) => code as number | null) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function listening(started: Started): Promise<string> {
  for (;;) {
    const url = /http:\/\/[\d.]+:\d+(?=\/v1\n)/.exec(started.output())?.[0];
    if (url) return url;
    if (started.child.exitCode !== null) throw new Error(started.output());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const json = { 'content-type': 'application/json' };

async function post(url: string, body: object): Promise<{ id: string }> {
  const response = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) });
  return (await response.json()) as { id: string };
}

async function openStream(url: string, content: string, headers: Record<string, string> = {}): Promise<Response> {
  const assistant = await fetch(`${url}/v1/assistants`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: '{"model":"demo"}',
  });
  const { id } = (await assistant.json()) as { id: string };
  const thread = { messages: [{ role: 'user', content }] };
  return fetch(`${url}/v1/threads/runs`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify({ assistant_id: id, stream: true, thread }),
  });
}

/** What the deltas of a stream say. */
function textOf(stream: string): string {
  const deltas = stream.matchAll(/^data: (\{"id":"msg_\w+","object":"thread\.message\.delta".*)$/gm);
  return [...deltas].map(([, data = '']) => JSON.parse(data).delta.content[0].text.value as string).join('');
}

describe('the server process', () => {
  it('prints help and version, and ends', async () => {
    const help = start(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output()).toContain('--storage-url URL');
    const version = start(['--version']);
    expect(await version.exited).toBe(0);
    expect(version.output()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each(['memory:', 'sqlite:x.db'])('ends with one line for a bucket beside %s', async (storage) => {
    const started = start([], { STORAGE_URL: storage, BLOBS_URL: 's3://files' });
    expect(await started.exited).toBe(2);
    expect(started.output()).toBe(
      'BLOBS_URL goes with postgres://… and redis://…; the other storages keep files by themselves.\n',
    );
  });

  it('ends with one line for a setting it does not know', async () => {
    const started = start(['--bogus']);
    expect(await started.exited).toBe(2);
    expect(started.output()).toBe("Unknown option '--bogus'. See --help.\n");
  });

  it.each<[string[], Record<string, string>, number, string]>([
    [['--host', 'nosuch.invalid'], {}, 1, "'nosuch.invalid' is no address of this machine. Choose another: "],
    [[], { OLLAMA_HOST: 'ftp://gpu' }, 2, 'OLLAMA_HOST must be a '],
    [['--default-model', 'groq/x'], {}, 2, "The model that 'default' stands for, 'groq/x', belongs to no provider"],
    [[], { MODEL_ALIASES: 'old=groq/x' }, 2, "The model that 'old' stands for, 'groq/x', belongs to no provider"],
    [[], { ROLE: 'api' }, 2, 'ROLE=api goes with postgres://… and redis://…, which several processes share.'],
    [[], { HEARTBEAT_MS: '15000' }, 2, 'HEARTBEAT_MS must be at most half of LEASE_MS, which is 15000.'],
    [[], { STORAGE_URL: 'mysql://root:hunter2@db' }, 2, 'STORAGE_URL must be sqlite:FILE, postgres://'],
    [[], { STORAGE_URL: 'sqlite:/dev/null/x.db' }, 1, 'The storage cannot be used. The file system refused: EEXIST'],
    [
      [],
      { STORAGE_URL: 'postgres://ann:hunter2@127.0.0.1:1/db' },
      1,
      'The storage cannot be used. PostgreSQL: connect ECONN',
    ],
    [
      ['migrate'],
      { STORAGE_URL: 'postgres://ann:hunter2@127.0.0.1:1/db' },
      1,
      'The storage cannot be used. PostgreSQL: ',
    ],
  ])('ends with one line when it cannot start: %j %j', async (args, environment, code, line) => {
    const started = start(['--port', '0', ...args], environment);
    expect(await started.exited).toBe(code);
    expect(started.output()).toContain(line);
    expect(started.output().split('\n')).toHaveLength(2);
    expect(started.output()).not.toContain('hunter2');
  });

  it('never asks itself for models', async () => {
    const started = start(['--port', '8080'], { OPENAI_BASE_URL: 'http://localhost:8080/v1' });
    expect(await started.exited).toBe(2);
    expect(started.output()).toContain("The provider 'openai' must not lead back to this server itself: ");
  });

  it('ends with one line when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const started = start(['--port', String(port)]);
    expect(await started.exited).toBe(1);
    expect(started.output()).toBe(`Port ${port} is in use. Choose another: npm start -- --port ${port + 1}\n`);
    other.close();
  });

  it('says where it listens, what it keeps and which models it has', async () => {
    const started = start(['--port', '0']);
    const url = await listening(started);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(started.output()).toMatch(/Storage +memory\n +Models +demo\n/);
    expect(started.output()).toContain('API key          not needed');
  });

  it('keeps everything in a file by default, which a kill does not harm', async () => {
    const first = start(['--port', '0'], { STORAGE_URL: '' });
    const url = await listening(first);
    expect(first.output()).toMatch(/Storage +sqlite:\.\/data\/storage\.db\n/);
    const assistant = await post(`${url}/v1/assistants`, { model: 'demo', name: 'Ann' });
    const messages = [{ role: 'user', content: 'Keep this.' }];
    const thread = await post(`${url}/v1/threads`, { messages });
    const answer = await fetch(`${url}/v1/threads/${thread.id}/runs`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ assistant_id: assistant.id, stream: true }),
    });
    expect(await answer.text()).toContain('event: thread.run.completed');
    const form = new FormData();
    form.append('purpose', 'assistants');
    form.append('file', new Blob(['all of it']), 'note.txt');
    const file = (await (await fetch(`${url}/v1/files`, { method: 'POST', body: form })).json()) as { id: string };
    const paths = [
      `/v1/assistants/${assistant.id}`,
      `/v1/threads/${thread.id}`,
      `/v1/threads/${thread.id}/messages`,
      `/v1/threads/${thread.id}/runs`,
      `/v1/files/${file.id}`,
      `/v1/files/${file.id}/content`,
    ];
    const read = (origin: string): Promise<string[]> =>
      Promise.all(paths.map(async (path) => (await fetch(origin + path)).text()));
    const before = await read(url);
    expect(before.join()).toContain('Keep this.');
    first.child.kill('SIGKILL');
    await first.exited;

    const again = await listening(start(['--port', '0'], { STORAGE_URL: '' }));
    expect(await read(again)).toEqual(before);
    // And it goes on.
    expect(await (await openStream(again, 'hi')).text()).toContain('event: thread.run.completed');
  });

  it('does not touch a file that is no database of its own', async () => {
    const path = join(folder, 'other.db');
    writeFileSync(path, 'Something else, long enough for a header of a hundred bytes. '.repeat(4));
    const started = start(['--port', '0'], { STORAGE_URL: `sqlite:${path}` });
    expect(await started.exited).toBe(1);
    expect(started.output()).toMatch(/^The storage cannot be used\. .*not a database\n$/);
  });

  it('brings the storage up to date and ends', async () => {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    const url = new URL(process.env['DATABASE_URL'] as string);
    url.searchParams.set('schema', schema);
    const database = new Client(process.env['DATABASE_URL']);
    await database.connect();
    try {
      const early = start(['--storage-migrate', 'false'], { STORAGE_URL: url.href });
      expect(await early.exited).toBe(1);
      expect(early.output()).toContain(`The schema '${schema}' is at version 0: migrate it first.`);
      for (const done of ['Applied 0001_initial.sql, 0002_vector_stores.sql.\n', 'Everything is up to date.\n']) {
        const migrating = start(['migrate'], { STORAGE_URL: url.href });
        expect(await migrating.exited).toBe(0);
        expect(migrating.output()).toBe(done);
      }
      const started = start(['--port', '0', '--storage-migrate', 'false'], { STORAGE_URL: url.href });
      await listening(started);
      expect(started.output()).toMatch(new RegExp(`Storage +postgres://${url.host}`));
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await database.end();
    }
  });

  it('knows no other command', async () => {
    const started = start(['migrat']);
    expect(await started.exited).toBe(2);
    expect(started.output()).toBe("Unknown command 'migrat'. See --help.\n");
  });

  it('says which provider has no model', async () => {
    const started = start(['--port', '0'], { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', GROQ_API_KEY: '' });
    await listening(started);
    expect(started.output()).toMatch(/Models +demo\n +None from openai: /);
    expect(started.output()).not.toContain('Set OPENAI_API_KEY');
  });

  it('counts runs for Prometheus where it is told to', async () => {
    const url = await listening(start(['--port', '0', '--metrics', 'true']));
    await (await openStream(url, 'hi')).text();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^openai_run_attempts_total\{attempt="first"\} 1$/m);
    expect(metrics).toMatch(/^openai_runs_ended_total\{status="completed"\} 1$/m);
    expect(metrics).toMatch(/^openai_runs_active 0$/m);
    const silent = await listening(start(['--port', '0']));
    expect((await fetch(`${silent}/metrics`)).status).toBe(404);
  });

  it('asks for a key once one is set', async () => {
    const url = await listening(start(['--port', '0', '--host', '127.0.0.1'], { API_KEYS: 'sk-one' }));
    expect((await fetch(`${url}/v1/assistants`)).status).toBe(401);
    const stream = await openStream(url, 'hi', { authorization: 'Bearer sk-one' });
    expect(await stream.text()).toContain('event: thread.run.completed');
  });

  it('lets a stream finish after SIGTERM, and takes no more', async () => {
    const started = start(['--port', '0']);
    const url = await listening(started);
    const stream = await openStream(url, 'hello');
    started.child.kill('SIGTERM');
    expect(await stream.text()).toContain('event: thread.run.completed');
    expect(await started.exited).toBe(0);
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });

  it('lets a request finish after SIGTERM, and refuses the next one on its connection', async () => {
    const started = start(['--port', '0']);
    const socket = connect(Number(new URL(await listening(started)).port), '127.0.0.1');
    const ended = once(socket, 'close');
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    socket.write('POST /v1/threads HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n');
    socket.write('Content-Length: 15\r\nExpect: 100-continue\r\n\r\n');
    await until(() => answers.includes('100 Continue'));
    started.child.kill('SIGTERM');
    await until(() => started.output().includes('Shutting down.'));
    // Longer than what runs are given for their last words.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    socket.write('{"metadata":{}}GET /health HTTP/1.1\r\nHost: test\r\n\r\n');
    await ended;
    expect(answers).toContain('"object":"thread"');
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200', 'HTTP/1.1 503']);
    expect(await started.exited).toBe(0);
  });

  it('logs an error that nothing caught, and ends', async () => {
    const broken = 'process.on(`SIGUSR2`,()=>{throw(new(Error)(`boom`))})';
    const started = start(['--port', '0'], { NODE_OPTIONS: `--import=data:text/javascript,${broken}` });
    await listening(started);
    started.child.kill('SIGUSR2');
    expect(await started.exited).toBe(1);
    expect(started.output()).toMatch(/"message":"boom".*"msg":"An error that nothing caught ended the server\."/);
  });

  it('leaves runs that outlast the grace to the next start, and tells their readers', async () => {
    const started = start(['--port', '0'], { SHUTDOWN_GRACE_MS: '200', STORAGE_URL: '' });
    const stream = await openStream(await listening(started), 'slowly');
    started.child.kill('SIGTERM');
    const text = await stream.text();
    expect(text).toMatch(/event: error\ndata: .*The server is shutting down; the run goes on\./);
    expect(await started.exited).toBe(0);

    const again = await listening(start(['--port', '0'], { STORAGE_URL: '' }));
    const [, path] = /(\/v1\/threads\/\w+\/runs\/\w+\/events)/.exec(text) as RegExpExecArray;
    const whole = await (await fetch(again + path)).text();
    expect(whole).toContain('event: thread.run.completed');
    const answered = textOf(whole);
    expect(answered.startsWith(textOf(text))).toBe(true);
    const { data } = (await (await fetch(`${again}${path!.replace(/runs.*/, 'messages')}`)).json()) as {
      data: { content: { text: { value: string } }[] }[];
    };
    expect(data[0]!.content[0]!.text.value).toBe(answered);
  });

  it('ends at once at a second signal', async () => {
    const started = start(['--port', '0']);
    await openStream(await listening(started), 'slowly');
    started.child.kill('SIGTERM');
    // The same signal once more, as a process group gets it, changes nothing.
    started.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(started.child.exitCode).toBeNull();
    started.child.kill('SIGINT');
    expect(await started.exited).toBe(130);
  });
});

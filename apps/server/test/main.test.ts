import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  /** What it has printed on both outputs. */
  output(): string;
  exited: Promise<number | null>;
}

function start(args: string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['--conditions=@cogitator-ai/source', MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, exited: once(child, 'exit').then(([code]) => code as number | null) };
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

describe('the server process', () => {
  it('prints help and version, and ends', async () => {
    const help = start(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output()).toContain('--storage-url URL');
    const version = start(['--version']);
    expect(await version.exited).toBe(0);
    expect(version.output()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('ends with one line for a setting it does not know', async () => {
    const started = start(['--bogus']);
    expect(await started.exited).toBe(2);
    expect(started.output()).toBe("Unknown option '--bogus'. See --help.\n");
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

  it('ends runs that outlast the grace, and tells their readers', async () => {
    const started = start(['--port', '0'], { SHUTDOWN_GRACE_MS: '200' });
    const stream = await openStream(await listening(started), 'slowly');
    started.child.kill('SIGTERM');
    const text = await stream.text();
    expect(text).toContain('event: thread.run.failed');
    expect(text).toContain('data: [DONE]');
    expect(await started.exited).toBe(0);
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

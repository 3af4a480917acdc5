// Configuration, lifecycle and health of a server.

import assert from 'node:assert/strict';
import { OpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator, tool } from '@cogitator-ai/core';
import { z } from 'zod';

const cogitator = new Cogitator();
const named = (name: string) =>
  tool({ name, description: `Does ${name}`, parameters: z.object({}), execute: async () => 'done' });
const [calculator, datetime, webSearch] = ['calculator', 'datetime', 'web_search'].map(named);

const server = new OpenAIServer(cogitator, {
  port: Number(process.env.PORT ?? 8080),
  host: '0.0.0.0',
  apiKeys: ['sk-key1', 'sk-key2'],
  tools: [calculator, datetime, webSearch],
  logging: true,
  cors: {
    origin: ['http://localhost:3000', 'https://myapp.com'],
    methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
  },
});

await server.start();

console.log(server.getUrl());
console.log(server.getBaseUrl());
console.log(server.isRunning());

const adapter = server.getAdapter();

assert.equal(server.getBaseUrl(), `${server.getUrl()}/v1`);
assert.equal(server.isRunning(), true);
const health = await fetch(`${server.getUrl()}/health`);
assert.deepEqual([health.status, await health.json()], [200, { status: 'ok' }]);
const { id } = await adapter.createAssistant({ model: 'demo' });
const headers = { authorization: 'Bearer sk-key2', origin: 'https://myapp.com' };
const answer = await fetch(`${server.getBaseUrl()}/assistants/${id}`, { headers });
assert.equal(answer.status, 200);
assert.equal(answer.headers.get('access-control-allow-origin'), 'https://myapp.com');
const preflight = await fetch(`${server.getBaseUrl()}/assistants`, {
  method: 'OPTIONS',
  headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
});
assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, POST, DELETE, OPTIONS');

await server.stop();

assert.equal(server.isRunning(), false);
await assert.rejects(fetch(`${server.getUrl()}/health`));

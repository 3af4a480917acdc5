// File Upload and download.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';
import OpenAI from 'openai';

const server = createOpenAIServer(new Cogitator(), { port: Number(process.env.PORT ?? 8080) });
await server.start();
process.chdir(fs.mkdtempSync(join(tmpdir(), 'file-upload-')));
fs.writeFileSync('data.csv', 'name,age\nAlex,42\n');

const openai = new OpenAI({
  baseURL: server.getBaseUrl(),
  apiKey: 'key',
});

const file = await openai.files.create({
  file: fs.createReadStream('data.csv'),
  purpose: 'assistants',
});

console.log('Uploaded:', file.id);

const content = await openai.files.content(file.id);
const text = await content.text();
console.log('Content:', text);

await openai.files.del(file.id);

assert.equal(file.filename, 'data.csv');
assert.equal(text, 'name,age\nAlex,42\n');
await assert.rejects(openai.files.retrieve(file.id), { status: 404 });
fs.rmSync(process.cwd(), { recursive: true });
await server.stop();

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';

const run = promisify(execFile);
const examples = join(import.meta.dirname, '../../examples');
const programs = globSync('*.ts', { cwd: examples });
/** It uploads what another one would list. */
const LATER = 'file-search.ts';

const demo = await startTestServer({ defaultModel: 'demo' });
const scripted = await startTestServer();
const folders = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(async () => {
  rmSync(folders, { recursive: true });
  await demo.close();
  await scripted.close();
});

/** A project of somebody who has this version of the SDK and nothing else. */
function createProject(sdk: string): string {
  const folder = join(folders, sdk);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  copyFileSync(join(examples, 'manual.pdf'), join(folder, 'manual.pdf'));
  symlinkSync(realpathSync(join(import.meta.dirname, 'node_modules', sdk)), join(folder, 'node_modules', 'openai'));
  return folder;
}

/** What a program prints, as it says itself at its head; `undefined` where it does not. */
function announcedOutput(program: string): string | undefined {
  const [, lines] = /^\/\/ With .*prints.*:\n\/\/\n((?:\/\/ {5}.*\n)+)/m.exec(readFileSync(program, 'utf8')) ?? [];
  return lines?.replaceAll(/^\/\/ {5}/gm, '');
}

describe('the examples', () => {
  it('are all listed', () => {
    const listed = [...readFileSync(join(examples, 'README.md'), 'utf8').matchAll(/^\| \[(.*?)\]\(\1\)/gm)];
    expect(new Set(listed.map(([, name]) => name))).toEqual(new Set(programs));
  });

  describe.each(['openai-v4', 'openai-v5', 'openai-v6', 'openai-v7'])('with %s', (sdk) => {
    const folder = createProject(sdk);

    /** Copies a program unchanged and runs it with nothing but the address and some key in its environment. */
    async function outputOf(program: string, baseURL: string): Promise<string> {
      copyFileSync(program, join(folder, basename(program)));
      const environment = { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: 'any' };
      const { stdout } = await run(process.execPath, [basename(program)], { cwd: folder, env: environment });
      return stdout;
    }

    function pathOf(name: string): string {
      const older = join(examples, 'openai-4', name);
      return sdk === 'openai-v4' && existsSync(older) ? older : join(examples, name);
    }

    async function expectAnnounced(name: string): Promise<void> {
      const announced = announcedOutput(pathOf(name));
      expect(announced).toBeDefined();
      expect(await outputOf(pathOf(name), demo.baseURL)).toBe(announced);
    }

    it.concurrent.each(programs.filter((name) => name !== LATER))('%s prints what it says', expectAnnounced);
    it(`${LATER} prints what it says`, () => expectAnnounced(LATER));

    it('function-calling.ts answers a model that calls again', async () => {
      scripted.upstream.script(
        { toolCalls: [{ id: 'call_one', name: 'get_temperature', arguments: ['{"city":', '"Lima"}'] }] },
        { toolCalls: [{ id: 'call_two', name: 'get_rain', arguments: ['{"city":"Lima"}'] }] },
        { text: ['Warm', ' and dry.'] },
      );
      expect(await outputOf(pathOf('function-calling.ts'), scripted.baseURL)).toBe(
        'get_temperature {"city":"Lima"}\n' +
          'get_rain {"city":"Lima"}\n' +
          'assistant > Warm and dry.\n' +
          'run: completed\n',
      );
      const { messages } = scripted.upstream.requests.at(-1)!.body;
      expect(messages.filter(({ role }) => role === 'tool')).toEqual([
        { role: 'tool', tool_call_id: 'call_one', content: '{"celsius":21}' },
        { role: 'tool', tool_call_id: 'call_two', content: '{"probability":0.1}' },
      ]);
    });
  });
});

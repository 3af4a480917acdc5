import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AREAS } from './requirements.ts';
import { collectTests } from './requirements/collect-tests.ts';
import { withCompatibilityTable } from './requirements/compatibility-table.ts';
import { findFaults } from './requirements/find-faults.ts';
import type { Area, Proof } from './requirements/requirement.ts';
import { startTestServer } from './server/start-test-server.ts';
import { sendRequest } from './wire/request.ts';

const tests = await collectTests();
const readFile = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

/** A test file and what it imports from its own folders, where tables of cases may be. */
function readCases(file: string): string {
  const text = readFile(file);
  const imports = [...text.matchAll(/ from '\.\/([^']+)'/g)].map(([, path]) => join(dirname(file), path!));
  return [text, ...imports.map(readFile)].join('\n');
}

describe('the table of promises', () => {
  it('has a proof for each of them, and each once', () => {
    expect(findFaults(AREAS, tests, readCases)).toEqual([]);
  });

  it('complains of what is wrong with it', () => {
    const requirement = (id: string, ...proofs: Proof[]) => ({
      id,
      promise: 'It works.',
      source: 'here',
      tests: proofs,
    });
    const area = (...requirements: ReturnType<typeof requirement>[]): Area => {
      return { name: 'Area', works: 'all', routes: [], requirements };
    };
    const present = { file: 'a.test.ts', test: 'suite > %s' };
    const faults = findFaults(
      [
        area(
          requirement('proven', present, { ...present, case: 'a case' }),
          requirement('unproven'),
          requirement('unknown test', present, { ...present, test: 'suite > other' }),
          requirement('unknown file', { ...present, file: 'b.test.ts' }),
          requirement('unknown case', { ...present, case: 'another case' }),
          requirement('skipped', { ...present, test: 'skipped' }),
        ),
        area(requirement('proven', present)),
      ],
      [
        { file: 'a.test.ts', name: 'suite > %s', runs: true },
        { file: 'a.test.ts', name: 'skipped', runs: false },
      ],
      () => "it.each(['a case'])('%s', () => {});",
    );
    expect(faults).toEqual([
      'proven: 2 promises have this id',
      'unproven: there is no proof',
      "unknown test: there is no test 'suite > other' in a.test.ts",
      "unknown file: there is no test 'suite > %s' in b.test.ts",
      "unknown case: the test 'suite > %s' in a.test.ts has no case 'another case'",
      "skipped: the test 'skipped' in a.test.ts does not run",
    ]);
  });
});

describe('the routes of the table', () => {
  it('are there, with all their methods', async () => {
    const server = await startTestServer();
    const named = new Set(AREAS.flatMap(({ routes }) => routes).filter((route) => /^[A-Z]+ \/(?!health)/.test(route)));
    const found = new Set<string>();
    for (const path of new Set([...named].map((route) => route.slice(route.indexOf('/'))))) {
      // The refusal of a method that no route has names those that it has.
      const { headers } = await sendRequest(server.baseURL + path.replaceAll(/\{\w+\}/g, 'x'), 'PUT');
      for (const method of headers['allow']?.split(', ') ?? []) found.add(`${method} ${path}`);
    }
    await server.close();
    expect(found).toEqual(named);
  });
});

describe('the compatibility table of the README', () => {
  it('is up to date: npm run compatibility writes it', () => {
    const readme = readFile('README.md');
    expect(readme).toBe(withCompatibilityTable(readme, AREAS));
  });
});

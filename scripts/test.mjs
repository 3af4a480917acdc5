// `npm test`: brings what is missing, then checks everything there is to check, one stage after another. The first
// stage that fails is the last to run. The closing line counts the tests that vitest ran; a failed stage that is not
// a test run counts as one failure.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, run } from './toolchain.mjs';

const reports = mkdtempSync(join(tmpdir(), 'test-report-'));
const report = join(reports, 'vitest.json');

const pnpmExec =
  (...command) =>
  async () =>
    (await run('pnpm', ['exec', ...command])).code;

const STAGES = {
  install: () => prepare('workspace'),
  format: pnpmExec('oxfmt', '--check'),
  build: async () => (await run('pnpm', ['run', 'build'])).code,
  // After the build, because an example is written as its readers would, against what is published.
  lint: pnpmExec('oxlint'),
  types: pnpmExec('tsc', '-b'),
  'unused code': pnpmExec('knip'),
  services: async () => (await run('node', ['tests/services/src/provision.ts'])).code,
  tests: pnpmExec('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`),
  packages: async () => (await run('node', ['scripts/check-packages.mjs'])).code,
};

/** Runs the stages up to the first that fails, and returns that one's name. */
async function firstFailure() {
  for (const [name, stage] of Object.entries(STAGES)) {
    console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 76 - name.length))}`);
    const startedAt = performance.now();
    const code = await stage();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(code === 0 ? `${name}: ${seconds} s` : `${name} failed after ${seconds} s (exit code ${code})`);
    if (code !== 0) return name;
  }
  return undefined;
}

/** What vitest counted; nothing where it did not get to run. */
function countTests() {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  // A file that cannot be loaded has no test to fail.
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + brokenFiles.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const failedStage = await firstFailure();
const { passed, failed, skipped } = countTests();
rmSync(reports, { recursive: true, force: true });

const succeeded = failedStage === undefined && failed === 0 && passed > 0;
const failures = succeeded ? 0 : Math.max(failed, 1);
console.log(`\n${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = succeeded ? 0 : 1;

// Brings what a machine with only Node and npm lacks: a recent Node, the pinned pnpm and the dependencies.
// It runs before anything is installed, so it uses nothing but Node's own modules and works on Node 20.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node that runs TypeScript sources as they are. */
const OLDEST_NODE = [22, 18];
/** What is fetched where the host's Node is older. */
const FETCHED_NODE = '24.21.0';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TOOLS = join(ROOT, '.node');
const STAMP = join(ROOT, 'node_modules', '.installed');
const PLATFORM = `${process.platform}-${process.arch}`;
const EXE = process.platform === 'win32' ? '.exe' : '';

/** Quiet, and quick to give up: by default both wait minutes for a registry that does not answer. */
const INSTALL_ENVIRONMENT = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_ignore_scripts: 'true',
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '8000',
  pnpm_config_confirm_modules_purge: 'false',
  pnpm_config_fetch_retry_mintimeout: '1000',
  pnpm_config_fetch_retry_maxtimeout: '8000',
};

const ADVICE = [
  [/ENOSPC|no space left/i, 'The disk is full: free some space.'],
  [
    /EACCES|EPERM|EROFS|permission denied/i,
    'A folder cannot be written: check who owns this checkout and the npm cache.',
  ],
  [
    /E404|ETARGET/,
    `The registry has no such package for ${PLATFORM}: install Node ${OLDEST_NODE.join('.')} or newer yourself.`,
  ],
  [/OUTDATED_LOCKFILE/, 'pnpm-lock.yaml does not belong to the package.json files: run `pnpm install` and commit it.'],
  [
    /certificate|CERT_/i,
    "The registry's certificate is not trusted here: name your authority's file in NODE_EXTRA_CA_CERTS.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|sending request|network/i,
    'The npm registry cannot be reached: check the network and the proxy (`npm ping`).',
  ],
];

/** A failure told in our own words, under what the failing program has printed itself. */
class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Makes Node, pnpm and the dependencies ready and puts `node` and `pnpm` on the PATH of every child.
 *
 * @param {'server' | 'workspace'} scope What to install: what the server needs to run, or everything.
 * @returns {Promise<number>} 0 when all is ready; otherwise an exit code, after telling what failed and what to do.
 */
export async function prepare(scope) {
  try {
    await prepareTools();
    await installDependencies(scope);
    return 0;
  } catch (error) {
    const isSystemError = error.syscall !== undefined;
    if (!(error instanceof SetupError) && !isSystemError) throw error;
    console.error(`\n${isSystemError ? explain(error.message) : error.message}`);
    return error.exitCode ?? 1;
  }
}

/**
 * Runs a program to its end with our input and output. Signals sent to us reach it, and we outlive it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, keepStderr?: boolean }} [options]
 * @returns {Promise<{ code: number, interrupted: boolean, stderr: string }>} `code` is 128 + the number of the signal
 *   for a program ended by one; `stderr` is the end of its standard error where `keepStderr` is set.
 */
export function run(command, args, { cwd = ROOT, env = {}, keepStderr = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['inherit', 'inherit', keepStderr ? 'pipe' : 'inherit'],
    });
    let interrupted = false;
    let stderr = '';
    const forward = (signal) => {
      interrupted = true;
      // A terminal sends its Ctrl-C to the whole group itself; a second one would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const stopForwarding = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.stderr?.on('data', (chunk) => {
      process.stderr.write(chunk);
      stderr = (stderr + chunk).slice(-20_000);
    });
    child.once('error', (error) => {
      stopForwarding();
      console.error(error.message);
      resolve({ code: 127, interrupted, stderr: error.message });
    });
    child.once('close', (code, signal) => {
      stopForwarding();
      resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], interrupted, stderr });
    });
  });
}

async function prepareTools() {
  const pnpmVersion = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager.replace('pnpm@', '');
  const pnpm = await fetchTool('pnpm', pnpmVersion, 'install.js', `pnpm${EXE}`);
  const programs = [dirname(pnpm)];
  if (isOlder(process.versions.node, OLDEST_NODE)) {
    programs.push(dirname(await fetchTool('node', FETCHED_NODE, 'installArchSpecificPackage.js', `bin/node${EXE}`)));
  }
  process.env.PATH = [...programs, process.env.PATH].join(delimiter);
}

/** Installs the npm package of a program under `.node/`, unless it is there, and returns the program's path. */
async function fetchTool(name, version, installScript, program) {
  const home = join(TOOLS, `${name}-${version}-${PLATFORM}`);
  if (!existsSync(home)) {
    console.log(`Fetching ${name} ${version} into .node/ …`);
    mkdirSync(TOOLS, { recursive: true });
    // Renamed when complete, so that an interrupted download is never taken for a finished one.
    const staging = mkdtempSync(join(TOOLS, 'fetching-'));
    try {
      writeFileSync(join(staging, 'package.json'), '{ "private": true }\n');
      const [npm, ...npmArgs] = npmCommand();
      await runStep(`fetch ${name} ${version}`, npm, [...npmArgs, 'install', `${name}@${version}`], staging);
      // npm versions differ in whether they run a package's install script: ours never does, and we run it here.
      const folder = join(staging, 'node_modules', name);
      await runStep(`unpack ${name} ${version}`, process.execPath, [installScript], folder);
      requireRunnable(name, version, join(folder, program));
      renameSync(staging, home);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  return join(home, 'node_modules', name, program);
}

async function installDependencies(scope) {
  const lockfile = createHash('sha256').update(readFileSync(join(ROOT, 'pnpm-lock.yaml')));
  const current = `${PLATFORM} ${lockfile.digest('hex')}\n`;
  // Whatever was installed last, the server's packages were part of it.
  if (scope === 'server' && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === current) return;

  // Installing for the server alone would remove the development dependencies somebody has installed.
  const onlyServer = scope === 'server' && !hasDevelopmentInstall();
  const what = onlyServer ? "the server's packages" : 'all packages';
  console.log(`Installing ${what} …`);
  const selection = onlyServer ? ['--prod', '--filter-prod', '@cogitator-ai/openai-server...'] : [];
  // The lockfile's age rules were checked when it was written; checking them again asks for every package's history.
  await runStep(`install ${what}`, 'pnpm', ['install', '--frozen-lockfile', '--trust-lockfile', ...selection]);
  writeFileSync(STAMP, current);
}

/** Whether pnpm's own notes say that development dependencies are installed. */
function hasDevelopmentInstall() {
  const notes = join(ROOT, 'node_modules', '.modules.yaml');
  return existsSync(notes) && /"?devDependencies"?: true/.test(readFileSync(notes, 'utf8'));
}

async function runStep(what, command, args, cwd) {
  const { code, interrupted, stderr } = await run(command, args, { cwd, env: INSTALL_ENVIRONMENT, keepStderr: true });
  if (interrupted) throw new SetupError('Stopped.', code || 130);
  if (code !== 0) throw new SetupError(explain(`Could not ${what} (exit code ${code}).`, stderr));
}

/** A failure and what to do about it, judged by what the system or the failing program said. */
function explain(failure, evidence = failure) {
  const advice = ADVICE.find(([pattern]) => pattern.test(evidence))?.[1] ?? 'The lines above say why.';
  return `${failure}\n${advice} Then run the same command again.`;
}

function requireRunnable(name, version, program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe' });
  } catch {
    throw new SetupError(
      `${name} ${version} does not run on this machine (${PLATFORM}).\n` +
        `Install Node ${OLDEST_NODE.join('.')} or newer yourself and run the same command again.`,
    );
  }
}

/** npm as it was started, so that no shell is needed; by name where it was not. */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

function isOlder(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

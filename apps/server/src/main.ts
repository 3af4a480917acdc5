#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { ModelConfigError } from '@cogitator-ai/openai-models';
import { StorageError } from '@cogitator-ai/openai-storage';
import { banner } from './banner.ts';
import { ConfigError } from './config/config-error.ts';
import { listenHost } from './config/listen-host.ts';
import { type Command, helpText, loadConfig } from './config/load-config.ts';
import type { Config } from './config/settings.ts';
import { createLogger } from './logging/create-logger.ts';
import { startServer } from './start-server.ts';
import { migrateStorage } from './storage/open-storage.ts';

/** Signals within this time of the first are taken for the same one. */
const SAME_SIGNAL_MS = 500;

const command = readCommand();
if (command.run === 'help') console.log(helpText());
else if (command.run === 'version') console.log(readVersion());
else if (command.run === 'migrate') await migrate(command.config);
else await serve(command.config);

function readCommand(): Command {
  try {
    return loadConfig(process.argv.slice(2), process.env);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

async function migrate(config: Config): Promise<void> {
  try {
    console.log(await migrateStorage(config));
  } catch (error) {
    console.error(explainStartError(error, config));
    process.exit(1);
  }
}

async function serve(config: Config): Promise<void> {
  const logger = await createLogger(config);
  const server = await startServer({ config, environment: process.env, logger }).catch((error: unknown) => {
    console.error(explainStartError(error, config));
    process.exit(isConfigError(error) ? 2 : 1);
  });
  process.on('uncaughtException', (err) => {
    logger.error({ err }, 'An error that nothing caught ended the server.');
    process.exit(1);
  });
  let stoppingSince: number | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal means "at once". One sent to the whole process group arrives twice, but at the same moment.
      if (stoppingSince !== null) {
        if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(130);
        return;
      }
      stoppingSince = performance.now();
      logger.info({ signal }, 'Shutting down.');
      server.close().then(
        () => process.exit(0),
        (err: unknown) => {
          logger.error({ err }, 'The shutdown failed.');
          process.exit(1);
        },
      );
    });
  }
  console.log(banner(server, await server.listModels(), config.apiKeys.length > 0));
}

function isConfigError(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof ModelConfigError;
}

function explainStartError(error: unknown, config: Config): string {
  if (isConfigError(error)) return error.message;
  if (StorageError.isInstance(error)) return `The storage cannot be used. ${error.message}`;
  const { port } = config;
  const host = listenHost(config);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Choose another: npm start -- --port ${port + 1}`;
  if (code === 'EACCES')
    return `Port ${port} may not be used by this user. Choose one above 1023: npm start -- --port 8080`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `'${host}' is no address of this machine. Choose another: npm start -- --host 127.0.0.1`;
  throw error;
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

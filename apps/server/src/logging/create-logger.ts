import { type Logger, pino } from 'pino';
import type { Config } from '../config/settings.ts';

/**
 * Logs on standard error, so that standard output stays for the banner: lines of JSON for programs, and where a person
 * watches a terminal, lines to read.
 */
export async function createLogger(
  { logLevel }: Pick<Config, 'logLevel'>,
  isTerminal = process.stderr.isTTY,
): Promise<Logger> {
  const options = { level: logLevel, base: null };
  if (!isTerminal) return pino(options, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss' }));
}

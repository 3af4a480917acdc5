import { type Logger, pino } from 'pino';
import type { Config } from '../config/settings.ts';

/** Logs as lines of JSON on standard error, so that standard output stays for people. */
export function createLogger({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
}

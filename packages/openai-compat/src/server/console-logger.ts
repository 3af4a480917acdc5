import type { Logger } from '@cogitator-ai/openai-engine';

/** Writes lines to the standard output, problems to the standard error. */
export const consoleLogger: Logger = {
  debug: (fields, message) => void process.stdout.write(toLine(message, fields)),
  info: (fields, message) => void process.stdout.write(toLine(message, fields)),
  warn: (fields, message) => void process.stderr.write(toLine(message, fields)),
  error: (fields, message) => void process.stderr.write(toLine(message, fields)),
};

function toLine(message: string, fields: object): string {
  const texts = Object.entries(fields).map(([name, value]) => `${name}=${toText(value)}`);
  return `${new Date().toISOString()} ${message} ${texts.join(' ')}\n`;
}

function toText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

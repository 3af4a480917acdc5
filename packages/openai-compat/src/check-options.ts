import { FunctionDefinition } from '@cogitator-ai/openai-protocol';
import { inspect } from 'node:util';
import { z } from 'zod';
import { ThreadManager } from './thread-manager.ts';

const PORT = 'a port number, 0 to 65535';
const HOST = 'an address or host name of this machine';
const KEY = 'a key, a text that is not empty';
const ORIGIN = "true, false, an origin such as 'https://app.example.com' or an array of them";
const METHODS = "an array of methods, such as ['GET', 'POST']";
const FLAG = 'true or false';

const hasMethods = (names: readonly string[], allowed: string) =>
  z.custom((value) => names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'), {
    error: allowed,
  });

const { name: FunctionName } = FunctionDefinition.shape;
const Tool = z.object(
  {
    name: z.custom<string>((name) => FunctionName.safeParse(name).success, '1 to 64 of a-z A-Z 0-9 _ -'),
    parameters: hasMethods(['safeParseAsync'], 'a zod schema, z.object({ … })'),
    execute: z.custom((value) => typeof value === 'function', 'a function'),
  },
  'a tool, tool({ … })',
);

const Tools = z.array(Tool, 'an array of tools, [tool({ … })]').check(({ value: tools, issues }) => {
  for (const [index, { name }] of tools.entries()) {
    if (tools.findIndex((tool) => tool.name === name) === index) continue;
    issues.push({ code: 'custom', message: 'another name than those before', path: [index, 'name'], input: name });
  }
});

/** What an adapter and a server have in common. Of a `storage` the manager says what it lacks. */
const Shared = z.object(
  {
    tools: Tools.optional(),
    threadManager: z.instanceof(ThreadManager, { error: 'a ThreadManager' }).optional(),
    retrieval: hasMethods(['ingest', 'embed', 'text', 'search', 'close'], 'a retrieval, createRetrieval()').optional(),
  },
  'an object',
);

export const AdapterOptions = Shared.extend({
  logger: hasMethods(
    ['debug', 'info', 'warn', 'error'],
    'an object with the methods debug, info, warn, error',
  ).optional(),
});

export const ServerConfig = Shared.extend({
  port: z.int(PORT).min(0, PORT).max(65_535, PORT).optional(),
  host: z.string(HOST).min(1, HOST).optional(),
  apiKeys: z.array(z.string(KEY).min(1, KEY), 'an array of keys').optional(),
  logging: z.boolean(FLAG).optional(),
  cors: z
    .object(
      {
        origin: z.union([z.boolean(), z.string(), z.array(z.string())], ORIGIN).optional(),
        methods: z.array(z.string(METHODS), METHODS).optional(),
      },
      'an object with origin and methods',
    )
    .optional(),
});

/** @throws `TypeError` that names the first option that is wrong. */
export function checkOptions(schema: z.ZodType, options: unknown): void {
  const { path, message, input } = schema.safeParse(options, { reportInput: true }).error?.issues[0] ?? {};
  if (path === undefined) return;
  // Neither a key that stands in the wrong place nor what is within an object is shown.
  const got = path[0] === 'apiKeys' && typeof input === 'string' ? '' : `; got ${inspect(input, { depth: -1 })}`;
  throw new TypeError(`${z.core.toDotPath(path) || 'The options'} must be ${message}${got}.`);
}

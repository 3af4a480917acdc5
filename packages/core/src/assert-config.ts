import { ModelConfigError } from '@cogitator-ai/openai-models';
import { inspect } from 'node:util';
import { z } from 'zod';

const MODEL = 'the name of a model, such as openai/gpt-4o';
const PROVIDER = 'the name of a provider, such as openai';
const PROVIDERS = 'an object of providers, such as { openai: { apiKey } }';

const Model = z.string(MODEL).min(1, MODEL).optional();

const Provider = z.object(
  { apiKey: z.string('a text').optional(), baseUrl: z.string('a text').optional() },
  'an object with apiKey and baseUrl',
);

const Config = z.object(
  {
    defaultModel: Model,
    llm: z
      .object(
        {
          defaultProvider: z.string(PROVIDER).min(1, PROVIDER).optional(),
          defaultModel: Model,
          providers: z.record(z.string(), Provider.optional(), PROVIDERS).optional(),
        },
        'an object with defaultProvider, defaultModel and providers',
      )
      .optional(),
  },
  "an object, such as { defaultModel: 'openai/gpt-4o' }",
);

/** @throws `ModelConfigError` that names the first setting that is wrong. */
export function assertConfig(config: unknown): void {
  const { path, message, input } = Config.safeParse(config, { reportInput: true }).error?.issues[0] ?? {};
  if (path === undefined) return;
  // Neither a key that stands in the wrong place nor what is within an object is shown.
  const got = path[1] === 'providers' && typeof input === 'string' ? '' : `; got ${inspect(input, { depth: -1 })}`;
  throw new ModelConfigError(`${z.core.toDotPath(path) || 'The configuration'} must be ${message}${got}.`);
}

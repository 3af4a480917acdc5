import type { RunningServer } from './start-server.ts';

/** Models named in the banner; the rest is counted. */
const SHOWN_MODELS = 6;

/** What a person is told once the server listens. */
export function banner(server: RunningServer, models: readonly string[], needsKey: boolean): string {
  const [first = 'demo'] = models;
  const more = models.length > SHOWN_MODELS ? ` and ${models.length - SHOWN_MODELS} more` : '';
  const onlyDemo = models.length === 1 && first === 'demo';
  const key = needsKey ? " \\\n  -H 'Authorization: Bearer YOUR_KEY'" : '';
  return [
    '',
    `  Assistants API   ${server.url}/v1`,
    `  Storage          ${server.storageName}`,
    `  Models           ${models.slice(0, SHOWN_MODELS).join(', ')}${more}`,
    ...(onlyDemo ? ['                   Set OPENAI_API_KEY, OPENAI_BASE_URL, OLLAMA_HOST … for real ones.'] : []),
    `  API key          ${needsKey ? 'needed' : 'not needed (set API_KEYS to ask for one)'}`,
    '',
    '  Try it:',
    '',
    `curl -s ${server.url}/v1/assistants${key} -H 'Content-Type: application/json' -d '{"model": "${first}", "name": "Helper"}'`,
    '',
  ].join('\n');
}

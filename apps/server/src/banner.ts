import { DEFAULT_MODEL, DEMO_MODEL } from '@cogitator-ai/openai-models';
import type { FoundModels, RunningServer } from './start-server.ts';

/** Models named in the banner; the rest is counted. */
const SHOWN_MODELS = 6;

/** What a person is told once the server listens. */
export function banner(server: RunningServer, { models, withoutModels }: FoundModels, needsKey: boolean): string {
  const shown = models.filter((model) => model !== DEFAULT_MODEL);
  const more = shown.length > SHOWN_MODELS ? ` and ${shown.length - SHOWN_MODELS} more` : '';
  const onlyDemo = withoutModels.length === 0 && shown.length === 1 && shown[0] === DEMO_MODEL;
  const headers = `${needsKey ? "-H 'Authorization: Bearer YOUR_KEY' " : ''}-H 'Content-Type: application/json'`;
  return [
    '',
    `  Assistants API   ${server.url}/v1`,
    `  Storage          ${server.storageName}`,
    `  Models           ${shown.slice(0, SHOWN_MODELS).join(', ')}${more}`,
    ...withoutModels.map(
      (provider) => `                   None from ${provider}: is it up, with a model and the right key?`,
    ),
    ...(onlyDemo
      ? [
          '                   Set OPENAI_API_KEY, OPENAI_BASE_URL, OLLAMA_HOST … for real ones,',
          '                   MODEL_ALIASES=gpt-4o=demo to try code that names another one.',
        ]
      : []),
    `  API key          ${needsKey ? 'needed' : 'not needed (set API_KEYS to ask for one)'}`,
    '',
    '  Paste this into another terminal for an answer:',
    '',
    `ASSISTANT=$(curl -s ${server.url}/v1/assistants ${headers} -d '{"model":"${DEFAULT_MODEL}"}' | grep -o 'asst_[0-9A-Z]*')`,
    `curl -N ${server.url}/v1/threads/runs ${headers} -d '{"assistant_id":"'$ASSISTANT'","stream":true,"thread":{"messages":[{"role":"user","content":"Hello!"}]}}'`,
    '',
  ].join('\n');
}

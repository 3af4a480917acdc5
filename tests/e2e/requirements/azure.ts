import { type Area, testsOf } from './requirement.ts';

const azureOpenAI = testsOf('tests/e2e/azure/azure-openai.test.ts', 'AzureOpenAI of openai $major');
const assistantsClient = testsOf(
  'tests/e2e/azure/openai-assistants.test.ts',
  'AssistantsClient of @azure/openai-assistants',
);
const agentsClient = testsOf('tests/e2e/azure/ai-agents.test.ts', 'AgentsClient of @azure/ai-agents');
const requestPath = testsOf('packages/http/src/requests/request-path.test.ts');
const gate = testsOf('packages/http/test/gate.test.ts');

export const azure: Area = {
  name: 'Clients of Azure',
  works: 'Azure OpenAI and AI Foundry paths, api-version, api-key',
  routes: ['/openai/…', '/openai/v1/…', '/api/projects/{project}/…'],
  requirements: [
    {
      id: 'azure.openai',
      promise: 'AzureOpenAI runs an assistant, polled and streamed.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('runs an assistant, polled and streamed')],
    },
    {
      id: 'azure.openai-tools',
      promise: 'AzureOpenAI answers the calls of a function, polled and streamed.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('answers the calls of a function, polled and streamed')],
    },
    {
      id: 'azure.openai-files',
      promise: 'AzureOpenAI keeps files and lists models.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('keeps files and lists models')],
    },
    {
      id: 'azure.openai-stores',
      promise: 'AzureOpenAI keeps vector stores and searches them.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('keeps vector stores and searches them')],
    },
    {
      id: 'azure.openai-errors',
      promise: 'AzureOpenAI raises its own errors for what is not there and for a wrong key.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('is refused with its own errors')],
    },
    {
      id: 'azure.openai-tokens',
      promise: 'AzureOpenAI may send its key as a token, and to an endpoint with a slash at its end.',
      source: 'AzureOpenAI of openai-node',
      tests: [azureOpenAI('may send its key as a token, and to an endpoint with a slash at its end')],
    },
    {
      id: 'azure.openai-v1',
      promise: 'Plain clients of OpenAI take /openai/v1 as their base URL.',
      source: 'Azure OpenAI documentation',
      tests: [azureOpenAI('is not needed for the newer surface: any client takes its base URL')],
    },
    {
      id: 'azure.assistants-client',
      promise: 'AssistantsClient of @azure/openai-assistants runs an assistant, answers calls and keeps files.',
      source: '@azure/openai-assistants',
      tests: [
        assistantsClient('runs an assistant'),
        assistantsClient('answers the calls of a function'),
        assistantsClient('keeps files'),
      ],
    },
    {
      id: 'azure.assistants-client-errors',
      promise: 'AssistantsClient is refused with its own errors, and told what version 2 does not have.',
      source: '@azure/openai-assistants',
      tests: [
        assistantsClient('is refused with its own errors'),
        assistantsClient('is told what version 2 of the protocol does not have'),
      ],
    },
    {
      id: 'azure.agents-client',
      promise:
        'AgentsClient of @azure/ai-agents runs an agent and answers calls, polled and streamed, cancels runs and keeps files.',
      source: '@azure/ai-agents',
      tests: [
        agentsClient('runs an agent, polled and streamed'),
        agentsClient('answers the calls of a function, polled and streamed'),
        agentsClient('cancels runs'),
        agentsClient('keeps files'),
      ],
    },
    {
      id: 'azure.agents-client-stores',
      promise: 'AgentsClient keeps vector stores, polled, and its agents search them and cite.',
      source: '@azure/ai-agents',
      tests: [agentsClient('keeps vector stores, which agents search')],
    },
    {
      id: 'azure.agents-client-errors',
      promise: 'AgentsClient is refused with its own errors, and told what is not there.',
      source: '@azure/ai-agents',
      tests: [agentsClient('is refused with its own errors'), agentsClient('is told what is not there')],
    },
    {
      id: 'azure.paths',
      promise: 'Paths of Azure OpenAI and of projects of AI Foundry lead to the routes of /v1.',
      source: 'Azure OpenAI documentation',
      tests: [requestPath('%s is routed as %s'), gate('paths > %s is the list of assistants')],
    },
  ],
};

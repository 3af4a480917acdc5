import { type Area, testsOf } from './requirement.ts';

const langchain = testsOf('tests/e2e/langchain.test.ts', "LangChain's OpenAIAssistantRunnable");
const examples = testsOf('tests/e2e/examples.test.ts', 'the examples');
const readme = testsOf('tests/e2e/readme.test.ts', 'the README');

export const programs: Area = {
  name: 'Programs',
  works: "LangChain's assistant runnable; examples of the official SDK with the base URL changed",
  routes: ['any'],
  requirements: [
    {
      id: 'programs.langchain',
      promise: "LangChain's OpenAIAssistantRunnable answers, and goes on in the same thread.",
      source: 'LangChain: OpenAIAssistantRunnable',
      tests: [langchain('answers, and goes on in the same thread')],
    },
    {
      id: 'programs.langchain-tools',
      promise: "LangChain's OpenAIAssistantRunnable completes a loop of tools, by hand and as an agent.",
      source: 'LangChain: OpenAIAssistantRunnable',
      tests: [langchain('hands out calls and takes their results'), langchain('completes a loop of tools as an agent')],
    },
    {
      id: 'programs.examples',
      promise: 'Examples of the official SDK run with every supported major, and print what they say.',
      source: 'openai-node: examples',
      tests: [examples('with %s > %s prints what it says')],
    },
    {
      id: 'programs.readme',
      promise: 'The curl lines and the script of the README print an answer, the script with every supported major.',
      source: 'project requirement',
      tests: [
        readme('has curl lines that print an answer'),
        readme('has a script for the SDK whose second answer depends on the first question: %s', 'openai-v4'),
        readme('has a script for the SDK whose second answer depends on the first question: %s', 'openai-v5'),
        readme('has a script for the SDK whose second answer depends on the first question: %s', 'openai-v6'),
        readme('has a script for the SDK whose second answer depends on the first question: %s', 'openai-v7'),
      ],
    },
  ],
};

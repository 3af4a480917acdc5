import { type Area, testsOf } from './requirement.ts';

const answers = testsOf('tests/e2e/answers.test.ts', 'answers through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const transcripts = testsOf('tests/e2e/transcripts.test.ts');
const functionTools = testsOf('tests/e2e/function-tools.test.ts', 'function tools through openai $major');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');
const failures = testsOf('tests/e2e/failures.test.ts', 'a model that fails, through openai $major');
const expiry = testsOf('tests/e2e/expiry.test.ts', 'a run whose time is up');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');

export const runSteps: Area = {
  name: 'Run steps',
  works: 'list and retrieve, with the usage of each',
  routes: ['GET /threads/{id}/runs/{id}/steps', 'GET /threads/{id}/runs/{id}/steps/{id}'],
  requirements: [
    {
      id: 'steps.message',
      promise: 'A step that writes a message names it, and is completed with its usage.',
      source: 'recorded traffic 2025-10',
      tests: [answers('polled > are there when the run is completed')],
    },
    {
      id: 'steps.keys',
      promise: 'A run step has exactly the keys of recorded traffic and of the API description, in their order.',
      source: 'recorded traffic 2025-10',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'thread.run.step')],
    },
    {
      id: 'steps.created',
      promise: 'A step begins in progress, with the deadline of its run and without usage.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('plain text > is told in this order, with these objects')],
    },
    {
      id: 'steps.calls',
      promise: 'A step of function calls shows each with its name, its arguments and its output.',
      source: 'recorded traffic 2025-10',
      tests: [functionTools('are called and answered over two streams')],
    },
    {
      id: 'steps.ended',
      promise: 'A step ends as its run does: cancelled, failed with last_error, or expired, with the time of it.',
      source: 'OpenAPI: RunStepObject',
      tests: [
        activeRuns('cancelled > while they are streamed, by somebody else'),
        failures('that %s fails the run and keeps what was said'),
        expiry('ends its stream in order, and the model is left alone'),
      ],
    },
    {
      id: 'steps.list',
      promise: 'Steps are listed newest first, by pages in both directions, with limit from 1 to 100.',
      source: 'recorded traffic 2025-10',
      tests: [runSettings('steps > are listed newest first, page by page')],
    },
    {
      id: 'steps.other-run',
      promise: 'A step of another run is not found, on a thread where the run is.',
      source: 'recorded traffic 2024-04',
      tests: [runSettings('a run > belongs to its thread')],
    },
    {
      id: 'steps.not-found',
      promise: 'A step that does not exist is a 404 with its id.',
      source: 'recorded traffic 2024-04',
      tests: [refusals('of objects that do not exist > a run, or a step of it')],
    },
  ],
};

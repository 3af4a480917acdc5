import { type Area, testsOf } from './requirement.ts';

const functionToolsTests = testsOf('tests/e2e/function-tools.test.ts', 'function tools through openai $major');
const transcripts = testsOf('tests/e2e/transcripts.test.ts');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');
const expiry = testsOf('tests/e2e/expiry.test.ts', 'a run whose time is up');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const serverTools = testsOf('tests/e2e/server-tools.test.ts', 'a tool of the server');

export const functionTools: Area = {
  name: 'Function tools',
  works: 'functions of the client (requires_action, submit_tool_outputs) and of the server',
  routes: ['POST /threads/{id}/runs/{id}/submit_tool_outputs'],
  requirements: [
    {
      id: 'tools.requires-action',
      promise:
        'A run whose model calls a function waits in requires_action, with the call, its arguments as text, and no usage yet.',
      source: 'recorded traffic 2025-10',
      tests: [
        functionToolsTests('are called and answered over two streams'),
        transcripts('function calls > one: the step stays open'),
      ],
    },
    {
      id: 'tools.output-null',
      promise: 'A call that waits for its output shows null for it, in a step that is still in progress.',
      source: 'recorded traffic 2025-10',
      tests: [functionToolsTests('are called and answered over two streams')],
    },
    {
      id: 'tools.parallel',
      promise: 'Several calls of one turn are in one step and are required together.',
      source: 'recorded traffic 2025-10',
      tests: [
        functionToolsTests('may be several at once, in one step'),
        transcripts(
          'function calls > several: one after another in one step, and what they add up to is what is required',
        ),
      ],
    },
    {
      id: 'tools.submit',
      promise:
        'Submitted outputs are answered with a queued run that requires nothing, and kept in the completed step.',
      source: 'recorded traffic 2025-10',
      tests: [
        functionToolsTests('take all outputs at once, and only once'),
        functionToolsTests('are called and answered over two streams'),
      ],
    },
    {
      id: 'tools.submit-times',
      promise: 'Submitting keeps expires_at and started_at; the next start is a new started_at.',
      source: 'recorded traffic 2025-10',
      tests: [
        functionToolsTests('take all outputs at once, and only once'),
        transcripts('submitted outputs > begin with the completed step and go on to the answer'),
      ],
    },
    {
      id: 'tools.submit-order',
      promise: 'Outputs may come in any order.',
      source: 'OpenAPI: SubmitToolOutputsRunRequest',
      tests: [functionToolsTests('may be several at once, in one step')],
    },
    {
      id: 'tools.submit-all',
      promise:
        'Missing, unknown and repeated calls are refused with the calls that were expected and those that came, and the run waits on.',
      source: 'field reports',
      tests: [functionToolsTests('take all outputs at once, and only once')],
    },
    {
      id: 'tools.submit-unnamed',
      promise: 'An output that names no call is refused as one that does not fit.',
      source: 'OpenAPI: SubmitToolOutputsRunRequest',
      tests: [runSettings('tool outputs > are refused as %s, and the run waits on', 'an output of nothing')],
    },
    {
      id: 'tools.submit-state',
      promise: 'Outputs for a run that does not wait for any are refused with its status.',
      source: 'field reports',
      tests: [
        functionToolsTests('take all outputs at once, and only once'),
        activeRuns('cancelled > while they wait for their client'),
        expiry('while it waits for its client gives the thread back, though nobody asks'),
      ],
    },
    {
      id: 'tools.submit-required',
      promise: 'tool_outputs are required, and a list.',
      source: 'OpenAPI: SubmitToolOutputsRunRequest',
      tests: [
        refusals('of bodies > tool outputs of the wrong type'),
        runSettings('tool outputs > are refused as %s, and the run waits on', 'nothing'),
        runSettings('tool outputs > are refused as %s, and the run waits on', 'no list'),
      ],
    },
    {
      id: 'tools.submit-output-type',
      promise: 'An output is a string; the type that came instead is named.',
      source: 'field reports',
      tests: [
        refusals('of bodies > tool outputs of the wrong type'),
        runSettings('tool outputs > are refused as %s, and the run waits on', 'an output that is a number'),
      ],
    },
    {
      id: 'tools.submit-output-limit',
      promise: 'An output has at most 524,288 characters.',
      source: 'unconfirmed: safest for clients',
      tests: [runSettings('tool outputs > are refused as %s, and the run waits on', 'an output that is too long')],
    },
    {
      id: 'tools.submit-unknown-key',
      promise: 'An unknown key of an output is refused with its place.',
      source: 'OpenAPI: additionalProperties false',
      tests: [runSettings('tool outputs > are refused as %s, and the run waits on', 'an unknown key')],
    },
    {
      id: 'tools.submit-empty',
      promise: 'An empty output is an output.',
      source: 'OpenAPI: SubmitToolOutputsRunRequest',
      tests: [runSettings('tool outputs > may be empty')],
    },
    {
      id: 'tools.again',
      promise: 'A run may call functions in several turns, one after another.',
      source: 'OpenAPI: RunObject',
      tests: [
        functionToolsTests('are waited for when polled'),
        transcripts('submitted outputs > may be followed by another call'),
      ],
    },
    {
      id: 'tools.model-told',
      promise: 'The model is told its calls and their outputs, in the order it made them.',
      source: 'OpenAPI: RunStepDetailsToolCallsFunctionObject',
      tests: [functionToolsTests('tell the model what it called and what came of it')],
    },
    {
      id: 'tools.model-text',
      promise: 'What the model said before its calls is a message of its own, and part of the turn that is told to it.',
      source: 'unconfirmed: safest for clients',
      tests: [transcripts('function calls > after a text: first the message, then the calls, never both open')],
    },
    {
      id: 'tools.later-runs',
      promise: 'Calls and outputs of a run are not told to the model in later runs of the thread.',
      source: 'unconfirmed: safest for clients',
      tests: [functionToolsTests('are kept out of later runs')],
    },
    {
      id: 'tools.server',
      promise: 'A function that the server has is executed without the client, as often as the model calls it.',
      source: 'project requirement',
      tests: [serverTools('is executed without the client, as often as the model calls it')],
    },
    {
      id: 'tools.server-named',
      promise: 'A function of the server is offered to assistants that name it, and to no other.',
      source: 'project requirement',
      tests: [
        serverTools('is described to the model where the assistant only names it'),
        serverTools('is not offered to an assistant that does not name it'),
      ],
    },
    {
      id: 'tools.server-mixed',
      promise: "Where a turn calls functions of both, the server's are executed and the client is asked for the rest.",
      source: 'project requirement',
      tests: [serverTools('is executed and the client asked for the rest, where a turn calls both')],
    },
    {
      id: 'tools.server-failure',
      promise: 'A function of the server that fails or takes too long is an answer to the model, and the run goes on.',
      source: 'project requirement',
      tests: [
        serverTools('that %s is an answer to the model, and the run goes on', 'fails'),
        serverTools('that %s is an answer to the model, and the run goes on', 'takes too long'),
        serverTools(
          'that %s is an answer to the model, and the run goes on',
          'takes too long and does not heed its signal',
        ),
      ],
    },
    {
      id: 'tools.server-cancel',
      promise: 'A function of the server is stopped when the run is cancelled.',
      source: 'project requirement',
      tests: [serverTools('is stopped when the run is cancelled')],
    },
    {
      id: 'tools.server-limit',
      promise: 'A model that calls functions of the server for ever fails its run.',
      source: 'project requirement',
      tests: [serverTools('does not keep a run going for ever')],
    },
  ],
};

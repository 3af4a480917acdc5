import { type Area, testsOf } from './requirement.ts';

const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const streams = testsOf('packages/http/test/streams.test.ts', 'a stream');
const transcripts = testsOf('tests/e2e/transcripts.test.ts');
const answers = testsOf('tests/e2e/answers.test.ts', 'answers through openai $major');
const interleavings = testsOf(
  'tests/e2e/interleavings.test.ts',
  'a thread that several clients use at once, in ${SCHEDULES} ways',
);
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const expiry = testsOf('tests/e2e/expiry.test.ts', 'a run whose time is up');
const functionTools = testsOf('tests/e2e/function-tools.test.ts', 'function tools through openai $major');
const trouble = testsOf('tests/e2e/trouble.test.ts');
const troubleOfSdks = testsOf('tests/e2e/trouble.test.ts', 'trouble of the server, through openai $major');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');

export const streaming: Area = {
  name: 'Streaming',
  works:
    'every event of text, refusals, function calls, failure, cancellation and expiry, through `runs.stream` and raw',
  routes: ['POST /threads/runs', 'POST /threads/{id}/runs', 'POST /threads/{id}/runs/{id}/submit_tool_outputs'],
  requirements: [
    {
      id: 'streaming.frames',
      promise:
        'A stream is frames of one event line, one data line and an empty line, with JSON in one line, and nothing else.',
      source: 'recorded traffic 2025-10',
      tests: [
        wireFormat(
          'a stream on the wire > is frames and nothing else, each in one chunk, and the connection closes behind it',
        ),
      ],
    },
    {
      id: 'streaming.done',
      promise: 'A stream ends with the event done, whose data are exactly [DONE], and the connection closes behind it.',
      source: 'recorded traffic 2025-10',
      tests: [
        wireFormat(
          'a stream on the wire > is frames and nothing else, each in one chunk, and the connection closes behind it',
        ),
      ],
    },
    {
      id: 'streaming.one-write',
      promise: 'A frame is never split over several chunks, and is not held back until there are more.',
      source: 'openai SDKs 4 to 7',
      tests: [
        wireFormat(
          'a stream on the wire > is frames and nothing else, each in one chunk, and the connection closes behind it',
        ),
      ],
    },
    {
      id: 'streaming.headers',
      promise: 'A stream is text/event-stream in UTF-8, chunked, not compressed and not cached, with a request id.',
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('a stream on the wire > has these headers')],
    },
    {
      id: 'streaming.switch',
      promise: 'A stream is asked for by stream: true in the body; Accept makes no difference.',
      source: 'openai SDKs 4 to 7',
      tests: [wireFormat('a stream on the wire > is asked for by the body alone')],
    },
    {
      id: 'streaming.at-once',
      promise: 'The first events come before the model has said anything.',
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('a stream on the wire > begins at once, before the model has said anything')],
    },
    {
      id: 'streaming.refused',
      promise: 'A request to stream that is refused is answered with plain JSON and its status.',
      source: 'recorded traffic 2025-10',
      tests: [wireFormat('errors on the wire > of a request to stream are plain JSON')],
    },
    {
      id: 'streaming.heartbeat',
      promise: 'While the model is silent, comments keep the connection.',
      source: 'openai SDKs 4 to 7',
      tests: [streams('sends comments while the model is silent')],
    },
    {
      id: 'streaming.text-order',
      promise:
        'A text is told from run.created to run.completed in the recorded order, with these objects and no other event.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('plain text > is told in this order, with these objects')],
    },
    {
      id: 'streaming.same-objects',
      promise: 'What the last events tell is what is there afterwards.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('plain text > is told in this order, with these objects')],
    },
    {
      id: 'streaming.thread-created',
      promise: 'A run that makes its thread is told after thread.created.',
      source: 'OpenAPI: AssistantStreamEvent',
      tests: [
        transcripts('plain text > begins with the thread where the run makes it'),
        answers('streamed > come with the thread that is made for them'),
      ],
    },
    {
      id: 'streaming.delta-index',
      promise:
        'The index of a delta is that of the content part, 0 for a text alone; the first delta has annotations and the others have not.',
      source: 'recorded traffic 2025-10',
      tests: [
        transcripts('plain text > is told in this order, with these objects'),
        answers('streamed > can be iterated over as they come'),
      ],
    },
    {
      id: 'streaming.delta-sum',
      promise: 'Deltas of text add up to the message exactly, whatever its characters and however the model cut them.',
      source: 'openai-node 4',
      tests: [
        transcripts('plain text > adds up to the message, whatever its characters and however they were cut'),
        interleavings('%s'),
      ],
    },
    {
      id: 'streaming.delta-at-least-one',
      promise: 'Every message has at least one delta, also where the model says nothing.',
      source: 'openai-python 3',
      tests: [transcripts('plain text > has at least one delta, even when the model says nothing')],
    },
    {
      id: 'streaming.apart',
      promise: 'Two streams at once stay apart.',
      source: 'project requirement',
      tests: [transcripts('plain text > of two runs at once stays apart')],
    },
    {
      id: 'streaming.refusal',
      promise: 'A refusal of the model is told by deltas of a refusal part that add up to it.',
      source: 'OpenAPI: MessageDeltaContentRefusalObject',
      tests: [runSettings('a refusal of the model > is a part of the message, told as it comes')],
    },
    {
      id: 'streaming.call-order',
      promise: 'A function call ends the stream with requires_action while its step stays open.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('function calls > one: the step stays open')],
    },
    {
      id: 'streaming.call-deltas',
      promise:
        'The first delta of a call has its id, its name, empty arguments and a null output; the others have arguments alone.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('function calls > one: the step stays open')],
    },
    {
      id: 'streaming.call-sum',
      promise:
        'Deltas of parallel calls come one call after another and add up to what is required, also where the model mixes them.',
      source: 'openai-node 7',
      tests: [
        transcripts(
          'function calls > several: one after another in one step, and what they add up to is what is required',
        ),
        transcripts('function calls > written by the model through one another are told one after another'),
      ],
    },
    {
      id: 'streaming.steps-sequential',
      promise: 'Steps and messages follow one another and are never open together.',
      source: 'openai-node 7',
      tests: [transcripts('function calls > after a text: first the message, then the calls, never both open')],
    },
    {
      id: 'streaming.submit-order',
      promise:
        'The stream of submitted outputs begins with the completed step, then queued and in_progress, and has no run.created.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('submitted outputs > begin with the completed step and go on to the answer')],
    },
    {
      id: 'streaming.submit-again',
      promise: 'The stream of submitted outputs may end with another requires_action.',
      source: 'recorded traffic 2025-10',
      tests: [transcripts('submitted outputs > may be followed by another call')],
    },
    {
      id: 'streaming.cancelled',
      promise:
        'A cancelled run is told as cancelling, the message as incomplete, the step and the run as cancelled, then done.',
      source: 'unconfirmed: safest for clients',
      tests: [
        transcripts('ends of another kind > cancelled by another connection'),
        transcripts('ends of another kind > cancelled while it calls'),
      ],
    },
    {
      id: 'streaming.failed',
      promise: 'A failed run is told with the message incomplete, step and run failed, then done, at HTTP status 200.',
      source: 'unconfirmed: safest for clients',
      tests: [
        transcripts('ends of another kind > failed before the model said anything'),
        transcripts('ends of another kind > failed in the middle of a message'),
        transcripts('ends of another kind > failed after outputs were submitted'),
      ],
    },
    {
      id: 'streaming.expired',
      promise: 'An expired run is told with the message incomplete, step and run expired, then done.',
      source: 'unconfirmed: safest for clients',
      tests: [expiry('ends its stream in order, and the model is left alone')],
    },
    {
      id: 'streaming.incomplete',
      promise:
        'An incomplete run is told with the message incomplete, the step completed and the run incomplete, then done.',
      source: 'recorded traffic 2024-04',
      tests: [
        transcripts('ends of another kind > incomplete for %s', 'length'),
        transcripts('ends of another kind > incomplete for %s', 'content_filter'),
      ],
    },
    {
      id: 'streaming.helper-text',
      promise:
        'runs.stream calls the handlers of texts and messages piece by piece and ends with the run, its messages and its steps.',
      source: 'openai SDKs 4 to 7',
      tests: [answers('streamed > reach the handlers piece by piece')],
    },
    {
      id: 'streaming.helper-tools',
      promise: 'runs.stream and submitToolOutputsStream complete a function call over two streams.',
      source: 'openai SDKs 4 to 7',
      tests: [functionTools('are called and answered over two streams')],
    },
    {
      id: 'streaming.helper-incomplete',
      promise:
        'runs.stream ends with an incomplete run in the SDKs from 5 on; 4 has a fault there, and the thread has the result.',
      source: 'openai-node 4',
      tests: [answers('streamed > end incomplete at the limit on tokens')],
    },
    {
      id: 'streaming.raw-iteration',
      promise: 'A run made with stream: true can be iterated over, event by event, and the loop ends.',
      source: 'openai SDKs 4 to 7',
      tests: [answers('streamed > can be iterated over as they come')],
    },
    {
      id: 'streaming.order-always',
      promise:
        'However many clients use a thread at once, events come in order and to the end, and tell what is stored.',
      source: 'openai-node 7',
      tests: [interleavings('%s')],
    },
    {
      id: 'streaming.error',
      promise:
        'A stream that breaks ends with the event error in the form that every SDK understands, and the run goes on.',
      source: 'openai SDKs 4 to 7',
      tests: [
        trouble(
          'trouble on the wire > that breaks a stream is told in the form that every SDK understands, and ends it',
        ),
        troubleOfSdks('that breaks a stream is an error of the SDK, and the run goes on'),
      ],
    },
    {
      id: 'streaming.heartbeat-helpers',
      promise: 'Comments between events do not disturb runs.stream.',
      source: 'openai SDKs 4 to 7',
      tests: [troubleOfSdks('is none while the model is silent: comments keep the connection and disturb nobody')],
    },
    {
      id: 'streaming.deleted-thread',
      promise: 'The stream of a run whose thread is deleted ends as that of a cancelled run.',
      source: 'unconfirmed: safest for clients',
      tests: [activeRuns('end with their thread')],
    },
  ],
};

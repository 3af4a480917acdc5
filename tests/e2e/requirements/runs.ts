import { type Area, testsOf } from './requirement.ts';

const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const transcripts = testsOf('tests/e2e/transcripts.test.ts');
const answers = testsOf('tests/e2e/answers.test.ts', 'answers through openai $major');
const attachments = testsOf('tests/e2e/attachments.test.ts', 'attachments through openai $major');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const wireFormat = testsOf('tests/e2e/wire-format.test.ts');
const assistantSettings = testsOf('tests/e2e/assistant-settings.test.ts');
const tokenBudgets = testsOf('tests/e2e/token-budgets.test.ts');
const http = testsOf('tests/e2e/http.test.ts');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');
const expiry = testsOf('tests/e2e/expiry.test.ts', 'a run whose time is up');
const failures = testsOf('tests/e2e/failures.test.ts', 'a model that fails, through openai $major');
const interleavings = testsOf(
  'tests/e2e/interleavings.test.ts',
  'a thread that several clients use at once, in ${SCHEDULES} ways',
);
const unreliable = testsOf('tests/e2e/unreliable-storage.test.ts');

export const runs: Area = {
  name: 'Runs',
  works: 'create on a thread or with one, poll, list, modify, cancel; settings, token budgets, expiry, failures',
  routes: [
    'POST /threads/runs',
    'POST /threads/{id}/runs',
    'GET /threads/{id}/runs',
    'GET /threads/{id}/runs/{id}',
    'POST /threads/{id}/runs/{id}',
    'POST /threads/{id}/runs/{id}/cancel',
  ],
  requirements: [
    {
      id: 'runs.queued',
      promise:
        'A new run is answered as queued, not started, due 600 seconds after its creation, with null for all that is still to come.',
      source: 'recorded traffic 2025-10',
      tests: [runSettings('a run > begins queued, due in ten minutes, with nothing used')],
    },
    {
      id: 'runs.keys',
      promise: 'A run has exactly the keys of recorded traffic, in their order.',
      source: 'recorded traffic 2025-10',
      tests: [
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'thread.run'),
        transcripts('plain text > is told in this order, with these objects'),
      ],
    },
    {
      id: 'runs.completed',
      promise: 'A completed run has its times, its usage and no expires_at, and its answer is in the thread.',
      source: 'recorded traffic 2025-10',
      tests: [answers('polled > are there when the run is completed')],
    },
    {
      id: 'runs.usage',
      promise:
        "The usage of a run is the sum of its steps', with cached and reasoning tokens; it is null until the run has ended.",
      source: 'recorded traffic 2025-10',
      tests: [
        runSettings('a run > counts what all its steps have used'),
        transcripts('function calls > after a text: first the message, then the calls, never both open'),
        transcripts('function calls > one: the step stays open'),
      ],
    },
    {
      id: 'runs.assistant-settings',
      promise:
        'A run has the model, instructions, tools, temperature, top_p, effort and response format of its assistant.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [runSettings('a run > has the settings of its assistant')],
    },
    {
      id: 'runs.own-settings',
      promise: 'Settings of the request come before those of the assistant and are shown by the run.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('a run > has settings of its own before those of its assistant'),
        answers('polled > follow the settings of the run before those of the assistant'),
      ],
    },
    {
      id: 'runs.nulls',
      promise: 'A setting that is null is that of the assistant, or the default.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [runSettings('a run > has those of its assistant where its own are null')],
    },
    {
      id: 'runs.instructions-null',
      promise: 'A run without any instructions shows null.',
      source: 'recorded traffic 2025-10',
      tests: [runSettings('a run > has those of its assistant where its own are null')],
    },
    {
      id: 'runs.additional-instructions',
      promise: 'additional_instructions follow the instructions in force on a new line, for the model and in the run.',
      source: 'unconfirmed: safest for clients',
      tests: [
        answers('polled > follow the settings of the run before those of the assistant'),
        runSettings(
          'what the model is sent > is what was said, from the oldest to the newest, behind the instructions',
        ),
      ],
    },
    {
      id: 'runs.additional-messages',
      promise: 'additional_messages are added to the thread, in order, before the run.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [answers('polled > follow the settings of the run before those of the assistant')],
    },
    {
      id: 'runs.additional-attachments',
      promise: 'Files attached to additional_messages become those of the thread.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [attachments('come with the additional messages of a run')],
    },
    {
      id: 'runs.metadata',
      promise: 'Metadata of a run are its own; those of the assistant are not copied.',
      source: 'OpenAPI: RunObject',
      tests: [runSettings('a run > begins queued, due in ten minutes, with nothing used')],
    },
    {
      id: 'runs.update',
      promise: 'A run takes new metadata in any state, and nothing else.',
      source: 'OpenAPI: ModifyRunRequest',
      tests: [runSettings('a run > takes new metadata, and nothing else, in any state')],
    },
    {
      id: 'runs.list',
      promise: 'Runs of a thread are listed newest first, by pages in both directions.',
      source: 'OpenAPI: listRuns',
      tests: [runSettings('a run > is listed newest first, page by page, both ways')],
    },
    {
      id: 'runs.no-delete',
      promise: 'Runs cannot be deleted.',
      source: 'OpenAPI: paths',
      tests: [runSettings('a run > cannot be deleted')],
    },
    {
      id: 'runs.other-thread',
      promise: 'A run of another thread is not found, on any of its routes.',
      source: 'OpenAPI: getRun',
      tests: [runSettings('a run > belongs to its thread')],
    },
    {
      id: 'runs.not-found',
      promise: 'A run that does not exist is a 404 with its id.',
      source: 'unconfirmed: safest for clients',
      tests: [refusals('of objects that do not exist > a run, or a step of it')],
    },
    {
      id: 'runs.assistant-required',
      promise: 'A run without an assistant is refused.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        refusals('of bodies > a run with what it does not know'),
        runSettings('what a run is refused for > on a new thread: %s', 'no assistant'),
      ],
    },
    {
      id: 'runs.assistant-unknown',
      promise: 'A run of an assistant that does not exist is a 404 with its id, and leaves nothing.',
      source: 'field reports',
      tests: [refusals('of objects that do not exist > the assistant of a run')],
    },
    {
      id: 'runs.unknown-parameter',
      promise: 'Unknown parameters of a run are refused, tool_resources, thread_id and include among them.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what a run is refused for > %s', 'an unknown parameter'),
        runSettings('what a run is refused for > %s', 'tool_resources'),
        runSettings('what a run is refused for > %s', 'a thread id'),
        runSettings('what a run is refused for > %s', 'include in its body'),
      ],
    },
    {
      id: 'runs.refused-leaves-nothing',
      promise: 'A refused run leaves no run and no message in its thread.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what a run is refused for > %s', 'a message of another role'),
        refusals('of bodies > a run with what it does not know'),
      ],
    },
    {
      id: 'runs.limits',
      promise: 'Instructions have at most 256,000 characters, a run at most 128 tools, and a temperature is at most 2.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what a run is refused for > %s', 'too many instructions'),
        runSettings('what a run is refused for > %s', 'too many tools'),
        runSettings('what a run is refused for > %s', 'too high a temperature'),
      ],
    },
    {
      id: 'runs.budget-bounds',
      promise: 'Budgets of tokens are whole numbers from 1; the 16 that the live service took are taken.',
      source: 'recorded traffic 2024-04',
      tests: [
        runSettings('what a run is refused for > %s', 'no prompt tokens'),
        runSettings('what a run is refused for > %s', 'no completion tokens'),
        runSettings('what a run is refused for > %s', 'half a token'),
        runSettings('what a run is refused for > but the smallest budget that the service took is taken'),
      ],
    },
    {
      id: 'runs.truncation',
      promise: 'truncation_strategy is auto or last_messages, the latter with a number from 1.',
      source: 'OpenAPI: TruncationObject',
      tests: [
        runSettings('what a run is refused for > %s', 'a truncation without a type'),
        runSettings('what a run is refused for > %s', 'a truncation of another type'),
        runSettings('what a run is refused for > %s', 'last messages without a number'),
        runSettings('what a run is refused for > %s', 'no last messages'),
      ],
    },
    {
      id: 'runs.stream-type',
      promise: 'stream is true, false or null.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what a run is refused for > %s', 'a stream of another type'),
        wireFormat('a stream on the wire > is asked for by the body alone'),
      ],
    },
    {
      id: 'runs.parallel-type',
      promise: 'parallel_tool_calls is true or false.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [runSettings('what a run is refused for > %s', 'parallel calls of null')],
    },
    {
      id: 'runs.tool-choice',
      promise:
        'tool_choice is none, auto, required or a tool; another, or a function that the run does not have, is refused.',
      source: 'OpenAPI: AssistantsApiToolChoiceOption',
      tests: [
        refusals('of bodies > a run with what it does not know'),
        runSettings('what a run is refused for > %s', 'a choice of a tool that there is not'),
        runSettings('what a run is refused for > %s', 'a choice of a function without a name'),
        runSettings('what a run is refused for > %s', 'a choice of a function it does not have'),
      ],
    },
    {
      id: 'runs.model-unknown',
      promise: 'A run with a model that the server cannot route is refused as model_not_found.',
      source: 'field reports',
      tests: [runSettings('what a run is refused for > %s', 'a model that the server does not know')],
    },
    {
      id: 'runs.nothing-to-answer',
      promise:
        'A run on a thread without a message of a user and without instructions is refused as invalid_thread; instructions are enough.',
      source: 'field reports',
      tests: [
        refusals('of bodies > a run without anything to answer'),
        runSettings('what a run is refused for > on a new thread: %s', 'nothing to answer'),
        runSettings('what a run is refused for > but instructions are enough on a thread without messages'),
      ],
    },
    {
      id: 'runs.new-thread',
      promise: 'A run may make its thread, with messages and metadata.',
      source: 'OpenAPI: CreateThreadAndRunRequest',
      tests: [answers('polled > come from a thread made for the run')],
    },
    {
      id: 'runs.new-thread-parameters',
      promise:
        'additional_messages and additional_instructions are unknown where the run makes its thread; reasoning_effort is taken.',
      source: 'OpenAPI: CreateThreadAndRunRequest',
      tests: [
        runSettings('what a run is refused for > on a new thread: %s', 'additional messages'),
        runSettings('what a run is refused for > on a new thread: %s', 'additional instructions'),
        runSettings('what a run is refused for > but an effort is taken on a new thread too'),
      ],
    },
    {
      id: 'runs.new-thread-refused',
      promise: 'What is wrong in the thread of a run is refused with its place.',
      source: 'OpenAPI: CreateThreadAndRunRequest',
      tests: [
        runSettings('what a run is refused for > on a new thread: %s', 'an unknown key of its thread'),
        runSettings('what a run is refused for > on a new thread: %s', 'a bad message of its thread'),
      ],
    },
    {
      id: 'runs.new-thread-tool-resources',
      promise:
        "tool_resources of a run on a new thread are shown by the run in place of the assistant's, and refused where they do not exist.",
      source: 'OpenAPI: CreateThreadAndRunRequest',
      tests: [
        assistantSettings('tool_resources > of a run on a new thread come before those of the assistant'),
        assistantSettings('tool_resources > are refused with %s', 'a file that does not exist'),
        assistantSettings('tool_resources > are refused with %s', 'a vector store that does not exist'),
      ],
    },
    {
      id: 'runs.include',
      promise: 'include is understood in every form that clients send it in.',
      source: 'openai SDKs 4 to 7',
      tests: [runSettings('include > is understood as ?%s')],
    },
    {
      id: 'runs.include-unknown',
      promise: 'Another value of include is refused with its place, before anything is started.',
      source: 'OpenAPI: createRun',
      tests: [runSettings('include > is refused with another value')],
    },
    {
      id: 'runs.model-settings',
      promise:
        'The model is sent temperature, top_p, effort, limit, response format and tools of the run, and nothing that was not set.',
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what the model is sent > is what the run is set to'),
        runSettings('what the model is sent > leaves out what is not set'),
      ],
    },
    {
      id: 'runs.model-choice',
      promise:
        "The model is sent tool_choice and parallel_tool_calls where they differ from their defaults, and the run's own model.",
      source: 'OpenAPI: CreateRunRequest',
      tests: [
        runSettings('what the model is sent > says %s', 'the run its own model'),
        runSettings('what the model is sent > says %s', 'that calls come one by one'),
        runSettings('what the model is sent > says %s', 'that nothing is called'),
        runSettings('what the model is sent > says %s', 'that something is called'),
        runSettings('what the model is sent > says %s', 'JSON'),
      ],
    },
    {
      id: 'runs.model-forced-once',
      promise: 'A forced function is forced in the first turn alone.',
      source: 'unconfirmed: safest for clients',
      tests: [runSettings('what the model is sent > forces a function in the first turn alone')],
    },
    {
      id: 'runs.model-conversation',
      promise: 'The model is sent the instructions, then the messages of the thread from the oldest to the newest.',
      source: 'Assistants API guide: how it works',
      tests: [
        answers('polled > know the conversation so far'),
        runSettings(
          'what the model is sent > is what was said, from the oldest to the newest, behind the instructions',
        ),
      ],
    },
    {
      id: 'runs.model-last-messages',
      promise: 'last_messages sends the newest messages alone.',
      source: 'OpenAPI: TruncationObject',
      tests: [
        answers('polled > follow the settings of the run before those of the assistant'),
        tokenBudgets('a thread that is longer than the model takes > is told as the run asks for it'),
      ],
    },
    {
      id: 'runs.model-truncation',
      promise:
        'A thread that is longer than the model takes is sent from its beginning and its end, with room for the answer and the functions.',
      source: 'OpenAPI: TruncationObject',
      tests: [
        tokenBudgets('a thread that is longer than the model takes > is told from its beginning and its end'),
        tokenBudgets(
          'a thread that is longer than the model takes > is told with more room when the answer may take less',
        ),
        tokenBudgets('a thread that is longer than the model takes > leaves room for functions'),
      ],
    },
    {
      id: 'runs.max-prompt-tokens',
      promise: 'max_prompt_tokens cuts the thread to fit, and is a budget for all turns together.',
      source: 'OpenAPI: RunObject',
      tests: [
        tokenBudgets('max_prompt_tokens > cuts the thread to fit'),
        tokenBudgets('max_prompt_tokens > is a budget for all turns together'),
      ],
    },
    {
      id: 'runs.max-prompt-tokens-incomplete',
      promise: 'A run whose prompt cannot fit its budget ends as incomplete without asking the model.',
      source: 'OpenAPI: RunObject',
      tests: [
        tokenBudgets('max_prompt_tokens > ends the run without asking the model when nothing fits'),
        tokenBudgets('max_prompt_tokens > does not cut what last_messages asks for'),
      ],
    },
    {
      id: 'runs.incomplete',
      promise:
        'At the limit of completion tokens the run and its message are incomplete with the text so far, the step is completed and completed_at is set.',
      source: 'recorded traffic 2024-04',
      tests: [
        answers('streamed > end incomplete at the limit on tokens'),
        transcripts('ends of another kind > incomplete for %s', 'length'),
      ],
    },
    {
      id: 'runs.content-filter',
      promise: "A run that the model's content filter ends is incomplete for content_filter, and so is its message.",
      source: 'field reports',
      tests: [transcripts('ends of another kind > incomplete for %s', 'content_filter')],
    },
    {
      id: 'runs.poll-header',
      promise:
        'A run that goes on says when to ask again, so that polling takes no longer than the run; one that has ended does not.',
      source: 'openai SDKs 4 to 7',
      tests: [
        answers('polled > are waited for no longer than they take'),
        http('every answer > to a run that goes on says when to ask again'),
      ],
    },
    {
      id: 'runs.lock',
      promise:
        'A second run on a thread with an active one is refused with 400 and both ids, and is not tried again by an SDK.',
      source: 'field reports',
      tests: [
        activeRuns('lock their thread > %s: one request, one refusal with both ids', 'while the model answers'),
        activeRuns(
          'lock their thread > %s: one request, one refusal with both ids',
          'while they wait for their client',
        ),
      ],
    },
    {
      id: 'runs.lock-race',
      promise: 'Of many runs that are made on a thread at once, one is.',
      source: 'project requirement',
      tests: [activeRuns('lock their thread > against all but one of many that come at once')],
    },
    {
      id: 'runs.lock-others',
      promise: 'Metadata of the thread and the run may be changed, and messages and runs read, while a run is active.',
      source: 'unconfirmed: safest for clients',
      tests: [activeRuns('lock their thread > %s: one request, one refusal with both ids')],
    },
    {
      id: 'runs.cancel',
      promise:
        'A run that is cancelled is answered as cancelling and soon is cancelled, with the time, without expires_at, and the model is left alone.',
      source: 'recorded traffic 2025-10',
      tests: [
        activeRuns('cancelled > while they are streamed, by somebody else'),
        activeRuns('cancelled > before the model has answered at all'),
      ],
    },
    {
      id: 'runs.cancel-waiting',
      promise: 'A run that waits for tool outputs can be cancelled; it then requires nothing and takes no outputs.',
      source: 'OpenAPI: cancelRun',
      tests: [activeRuns('cancelled > while they wait for their client')],
    },
    {
      id: 'runs.cancel-body',
      promise: 'A cancellation has no body, an empty one, or {}.',
      source: 'openai SDKs 4 to 7',
      tests: [runSettings('a run > is cancelled by an empty body of any kind')],
    },
    {
      id: 'runs.cancel-ended',
      promise: 'A run that has ended is not cancelled: 400 with its status, and an SDK does not try again.',
      source: 'field reports',
      tests: [
        activeRuns('cancelled > are not cancelled twice, nor once they have ended, and nothing is tried again'),
        expiry('while it waits for its client gives the thread back, though nobody asks'),
      ],
    },
    {
      id: 'runs.cancel-partial',
      promise: 'What a cancelled run has written stays, as an incomplete message for run_cancelled.',
      source: 'OpenAPI: MessageObject',
      tests: [activeRuns('cancelled > while they are streamed, by somebody else')],
    },
    {
      id: 'runs.expiry',
      promise:
        'A run whose time is up is expired, with its step and its message, and the thread is free again though nobody asks.',
      source: 'Assistants API guide: how it works',
      tests: [
        expiry('ends its stream in order, and the model is left alone'),
        expiry('while it waits for its client gives the thread back, though nobody asks'),
      ],
    },
    {
      id: 'runs.expiry-on-read',
      promise: 'Whoever comes first after its time sees a run as expired, before any sweep.',
      source: 'unconfirmed: safest for clients',
      tests: [expiry('is seen as expired by whoever comes first, before any sweep')],
    },
    {
      id: 'runs.failure',
      promise: 'A model that fails is no error of the request: the run ends as failed, with last_error and failed_at.',
      source: 'OpenAPI: RunObject',
      tests: [
        failures('%s > fails the run, which is an answer and not an error'),
        failures('fails a polled run just so'),
      ],
    },
    {
      id: 'runs.failure-codes',
      promise: 'last_error is rate_limit_exceeded for 429, invalid_prompt for 400, and server_error for the rest.',
      source: 'OpenAPI: RunObject',
      tests: [
        failures('%s > fails the run, which is an answer and not an error', 'with a 500'),
        failures('%s > fails the run, which is an answer and not an error', 'with a 503'),
        failures('%s > fails the run, which is an answer and not an error', 'with too many requests'),
        failures('%s > fails the run, which is an answer and not an error', 'with an empty account'),
        failures('%s > fails the run, which is an answer and not an error', 'with a refusal of the prompt'),
        failures('%s > fails the run, which is an answer and not an error', 'to let us in'),
      ],
    },
    {
      id: 'runs.failure-partial',
      promise:
        'A model that breaks off fails the run and keeps what was said, as an incomplete message for run_failed.',
      source: 'OpenAPI: MessageObject',
      tests: [
        failures('that %s fails the run and keeps what was said', 'breaks off'),
        failures('that %s fails the run and keeps what was said', 'stops without a reason'),
        failures('that %s fails the run and keeps what was said', 'writes nonsense'),
        failures('that %s fails the run and keeps what was said', 'tells of an error in its answer'),
      ],
    },
    {
      id: 'runs.failure-retry',
      promise: 'A model that fails before it has said anything is asked again.',
      source: 'project requirement',
      tests: [failures('once is asked again, and nobody notices')],
    },
    {
      id: 'runs.missing-tool',
      promise: 'A run with a tool that the server does not have ends as failed and says which.',
      source: 'project requirement',
      tests: [runSettings('a tool that the server does not have > fails the run and says so')],
    },
    {
      id: 'runs.disconnect',
      promise: 'A run goes on without the client that streamed it.',
      source: 'Assistants API guide: streaming',
      tests: [
        activeRuns('go on without the client that streamed them'),
        wireFormat('a stream on the wire > that nobody reads to its end leaves the run alone'),
      ],
    },
    {
      id: 'runs.message-changes',
      promise: 'Clients may change or delete the message that a run is writing, and the run is completed.',
      source: 'unconfirmed: safest for clients',
      tests: [
        activeRuns('leave to clients what they do to the message that is being written'),
        activeRuns('are completed though a client deletes the message that is being written'),
      ],
    },
    {
      id: 'runs.life-cycle',
      promise: 'However many clients use a thread at once, runs move only as their life cycle allows.',
      source: 'OpenAPI: RunObject',
      tests: [interleavings('%s'), interleavings('has seen runs %s')],
    },
    {
      id: 'runs.storage-trouble',
      promise: 'A run whose store is out of reach for a moment still ends, and leaves no thread locked.',
      source: 'project requirement',
      tests: [
        unreliable('a run whose store is out of reach for a moment > when %s: ends as it should'),
        unreliable('a run that others change at the same moment > is advanced, cancelled and expired all the same'),
      ],
    },
    {
      id: 'runs.ended',
      promise:
        'A run that has ended is neither cancelled nor given outputs: 400 with its status, it stays as it is, and its thread is free.',
      source: 'field reports',
      tests: [
        runSettings(
          'a run that has ended > as %s is neither cancelled nor given outputs, and its thread is free',
          'completed',
        ),
        runSettings(
          'a run that has ended > as %s is neither cancelled nor given outputs, and its thread is free',
          'incomplete',
        ),
        runSettings(
          'a run that has ended > as %s is neither cancelled nor given outputs, and its thread is free',
          'failed',
        ),
        runSettings(
          'a run that has ended > as %s is neither cancelled nor given outputs, and its thread is free',
          'cancelled',
        ),
      ],
    },
    {
      id: 'runs.cancel-once',
      promise: 'Of several cancellations at once one is accepted, and the others are refused with the status.',
      source: 'field reports',
      tests: [runSettings('a run that has ended > was cancelled once, though several clients asked for it')],
    },
  ],
};

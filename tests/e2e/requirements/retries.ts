import { type Area, testsOf } from './requirement.ts';

const idempotency = testsOf('tests/e2e/idempotency.test.ts');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');

export const retries: Area = {
  name: 'Retries',
  works: 'an `Idempotency-Key` makes a POST happen once',
  routes: ['every POST'],
  requirements: [
    {
      id: 'retries.once',
      promise: 'A request with an Idempotency-Key that is sent again after its answer was lost creates one object.',
      source: 'project requirement',
      tests: [
        idempotency('%s > creates one object when the connection breaks %s'),
        idempotency('a retry of openai $major after a lost answer > creates nothing twice'),
      ],
    },
    {
      id: 'retries.replicas',
      promise: 'Requests with one key that come at the same time to two replicas create one object.',
      source: 'project requirement',
      tests: [idempotency('%s > creates one object for requests at the same time, on two replicas')],
    },
    {
      id: 'retries.streams',
      promise: 'A stream that is asked for again with its key is told from its first event, and begins no second run.',
      source: 'project requirement',
      tests: [
        idempotency('a retry of openai $major after a lost answer > is told all of a stream'),
        idempotency('a stream > is given again from its first event, while it goes on and later, on any replica'),
      ],
    },
    {
      id: 'retries.changes',
      promise: 'Submitted outputs and cancellations happen once for their key.',
      source: 'project requirement',
      tests: [
        idempotency('other changes > are made once too: outputs of tools'),
        idempotency('other changes > are made once too: a cancellation, which has no body'),
      ],
    },
    {
      id: 'retries.one-request',
      promise: 'A key that comes with another method, path or body is refused; after a refusal it is free.',
      source: 'project requirement',
      tests: [
        idempotency('a key > is for one request: another method, path or body is refused'),
        idempotency('a key > is free again after a refused request'),
      ],
    },
    {
      id: 'retries.state-errors',
      promise: 'Refusals of the state of a thread or a run are not tried again by SDKs.',
      source: 'openai SDKs 4 to 7',
      tests: [
        activeRuns('lock their thread > %s: one request, one refusal with both ids'),
        activeRuns('cancelled > are not cancelled twice, nor once they have ended, and nothing is tried again'),
      ],
    },
  ],
};

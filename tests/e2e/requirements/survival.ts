import { type Area, testsOf } from './requirement.ts';

const runEvents = testsOf('tests/e2e/run-events.test.ts');
const unreliable = testsOf('tests/e2e/unreliable-storage.test.ts', 'a run whose store is out of reach for a moment');
const chaos = testsOf('tests/topology/chaos.test.ts');
const lost = testsOf('tests/topology/lost-servers.test.ts', 'two servers on $name');
const elsewhere = testsOf('tests/topology/elsewhere.test.ts', 'a run that a worker advances, on $name');

export const survival: Area = {
  name: 'Runs that survive',
  works: 'a run outlives its server and its store, and is followed from any of its events, on any server',
  routes: ['GET /threads/{id}/runs/{id}/events'],
  requirements: [
    {
      id: 'survival.events',
      promise:
        'A stream that broke off is read again, from its first event or any other, until minutes after the run ended.',
      source: 'project requirement',
      tests: [
        runEvents(
          'a stream that broke off, through openai $major > is read again from its first event, while the run goes on and after its end',
        ),
        runEvents(
          'the events of a run > are numbered, and given from any of them on: by Last-Event-ID, as browsers ask, or by a parameter',
        ),
        runEvents('the events of a run > are those of the whole run, also where it waited for its client'),
      ],
    },
    {
      id: 'survival.anywhere',
      promise: 'A run is streamed, retrieved, cancelled and given outputs on any server, whichever advances it.',
      source: 'project requirement',
      tests: [
        elsewhere('is streamed by the server that was asked, without a gap'),
        elsewhere('is retrieved anywhere, and followed anywhere: from its first event, and from any other'),
        elsewhere('is cancelled anywhere: its readers are told, and its model is left'),
        elsewhere('is given outputs anywhere, and goes on'),
      ],
    },
    {
      id: 'survival.killed',
      promise:
        'A run whose server is killed is gone on with: one message, and no call executed again that has a result.',
      source: 'project requirement',
      tests: [
        lost('of which one is killed: the other goes on where it was'),
        lost('of which one is killed while it executes a tool: the model is told, and it is not executed again'),
        chaos('${RUNS} runs on three servers of which one is killed every second, on $name ($round)'),
      ],
    },
    {
      id: 'survival.frozen',
      promise: 'A server that was taken for lost and comes back writes nothing more of its runs.',
      source: 'project requirement',
      tests: [lost('of which one is frozen for longer than its lease: what it then writes is refused')],
    },
    {
      id: 'survival.stopped',
      promise: 'A server that is stopped leaves the runs that outlast its grace to others, and tells their readers.',
      source: 'project requirement',
      tests: [lost('of which one is stopped: it leaves its runs to the other, and tells their readers')],
    },
    {
      id: 'survival.store',
      promise: 'A run whose store is restarted or out of reach is gone on with when the store is back.',
      source: 'project requirement',
      tests: [
        lost('whose store is %s: their runs go on'),
        unreliable('when a piece of its answer is written: has the model go on behind what was told'),
      ],
    },
  ],
};

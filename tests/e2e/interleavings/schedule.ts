import { Random } from './random.ts';
import { randomTurns, type ScriptedTurn } from './scripted-model.ts';

/** How a client takes the answer to a run: whole, as events, or as so many events before it leaves. */
export type Reading = 'plain' | 'stream' | { leaveAfter: number };

/** What a client does. Objects it is done to are those the client knows of at that moment. */
export type Action =
  | { do: 'create run'; turns: ScriptedTurn[]; reading: Reading; messages: number }
  | { do: 'create message' }
  | { do: 'cancel' }
  | { do: 'submit'; outputs: 'right' | 'wrong' | 'partial' | 'twice'; reading: Reading }
  | { do: 'modify run' }
  | { do: 'modify message' }
  | { do: 'modify thread' }
  | { do: 'delete message' }
  | { do: 'retrieve run' }
  | { do: 'list runs' }
  | { do: 'list messages' }
  | { do: 'wait'; ms: number };

/** What several clients do to one thread at once. */
export interface Schedule {
  readonly seed: number;
  readonly clients: readonly (readonly Action[])[];
  /** How a run that is left in the end is got rid of. */
  readonly ending: 'cancel' | 'wait for its expiry';
  /** When the thread is deleted, in ms from the beginning; most are not. */
  readonly deleteAfterMs: number | null;
}

const WEIGHTS: Record<Action['do'], number> = {
  'create run': 6,
  'create message': 4,
  cancel: 3,
  submit: 5,
  'modify run': 1,
  'modify message': 3,
  'modify thread': 0.5,
  'delete message': 1.5,
  'retrieve run': 2,
  'list runs': 1,
  'list messages': 1,
  wait: 3,
};

/** @param lifetimeMs - Of runs: clients sometimes wait for their expiry. */
export function randomSchedule(seed: number, lifetimeMs: number): Schedule {
  const random = new Random(seed);
  const clients = Array.from({ length: random.between(1, 3) }, () =>
    Array.from({ length: random.between(3, 7) }, () => randomAction(random, lifetimeMs)),
  );
  return {
    seed,
    clients,
    ending: lifetimeMs < 1000 && random.chance(0.5) ? 'wait for its expiry' : 'cancel',
    deleteAfterMs: random.chance(0.1) ? random.between(0, 300) : null,
  };
}

function randomAction(random: Random, lifetimeMs: number): Action {
  const kind = random.weighted(WEIGHTS);
  switch (kind) {
    case 'create run':
      return {
        do: kind,
        turns: randomTurns(random),
        reading: randomReading(random),
        messages: random.chance(0.3) ? random.between(1, 3) : 0,
      };
    case 'submit':
      return {
        do: kind,
        outputs: random.weighted({ right: 8, wrong: 1, partial: 1, twice: 1 }),
        reading: randomReading(random),
      };
    case 'wait':
      return { do: kind, ms: random.chance(0.1) && lifetimeMs < 1000 ? lifetimeMs : random.between(0, 12) };
    case 'create message':
    case 'cancel':
    case 'modify run':
    case 'modify message':
    case 'modify thread':
    case 'delete message':
    case 'retrieve run':
    case 'list runs':
    case 'list messages':
      return { do: kind };
  }
}

function randomReading(random: Random): Reading {
  const reading = random.weighted({ plain: 3, stream: 4, leave: 2 });
  return reading === 'leave' ? { leaveAfter: random.between(0, 10) } : reading;
}

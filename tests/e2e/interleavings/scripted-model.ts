import type { RecordedRequest, Reply } from '@cogitator-ai/tests-upstream';
import type { Random } from './random.ts';

/** How the model answers one turn of a run; without promises, so that it can be written down. */
export interface ScriptedTurn extends Omit<Reply, 'pause' | 'raw' | 'json'> {
  /** Falls silent for good after so many events. */
  stallAfter?: number;
}

/** Instructions by which {@link answerAsInstructed} answers each turn of a run. */
export function instruct(turns: readonly ScriptedTurn[]): string {
  return JSON.stringify(turns);
}

/** A model that does what the instructions of the run say, turn by turn, and then falls back to a short text. */
export function answerAsInstructed({ body: { messages } }: RecordedRequest): Reply {
  const turns = JSON.parse(String(messages[0]?.content)) as ScriptedTurn[];
  const turn = messages.filter(({ tool_calls: calls }) => calls !== undefined).length;
  const { stallAfter, ...reply } = turns[turn] ?? { text: ['The', ' end.'] };
  return stallAfter === undefined ? reply : { ...reply, pause: { after: stallAfter, until: new Promise(() => {}) } };
}

/** What the turns of a run may be. */
export function randomTurns(random: Random): ScriptedTurn[] {
  const turns: ScriptedTurn[] = [];
  while (turns.length < 4) {
    const kind = random.weighted({ text: 5, calls: 7, stall: 2, hang: 1, break: 1, refuse: 1, cut: 1, filter: 0.5 });
    turns.push({ ...randomTurn(random, kind), ...(random.chance(0.5) && { delayMs: random.between(1, 4) }) });
    if (kind !== 'calls') break;
  }
  return turns;
}

type Kind = 'text' | 'calls' | 'stall' | 'hang' | 'break' | 'refuse' | 'cut' | 'filter';

function randomTurn(random: Random, kind: Kind): ScriptedTurn {
  const text = Array.from({ length: random.between(1, 5) }, (_, index) => `${index === 0 ? 'Word' : ' word'}${index}`);
  // The first piece only names the role.
  const within = random.between(1, text.length);
  switch (kind) {
    case 'text':
      return { text };
    case 'calls':
      return { ...(random.chance(0.3) && { text }), toolCalls: randomCalls(random) };
    case 'stall':
      return random.chance(0.5)
        ? { text, stallAfter: within }
        : { toolCalls: randomCalls(random), stallAfter: random.between(1, 3) };
    case 'hang':
      return { hang: true };
    case 'break':
      return random.chance(0.5)
        ? { text, breakAfter: within }
        : { toolCalls: randomCalls(random), breakAfter: random.between(2, 4) };
    case 'refuse':
      return { error: { status: 400, body: { error: { message: 'No.', type: 'invalid_request_error' } } } };
    case 'cut':
      return random.chance(0.7)
        ? { text, finishReason: 'length' }
        : { toolCalls: randomCalls(random), finishReason: 'length' };
    case 'filter':
      return { text, finishReason: 'content_filter' };
  }
}

function randomCalls(random: Random): NonNullable<ScriptedTurn['toolCalls']> {
  return Array.from({ length: random.between(1, 3) }, (_, index) => ({
    id: `call_${random.between(0, 1e9).toString(36)}_${index}`,
    name: 'ask',
    arguments: ['{"n":', `${index}`, '}'].slice(0, random.chance(0.2) ? 0 : 3),
  }));
}

import { ModelError, type ModelEvent } from '@cogitator-ai/openai-engine';

/** Most arguments one turn may carry, in UTF-16 units. */
const MAX_ARGUMENTS = 4 * 2 ** 20;

/** A piece of a call, as a chunk carries it. Providers leave out whatever they like. */
export interface ChatToolCallDelta {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
}

interface Call {
  /** The provider's own number. */
  readonly index: number | null;
  readonly id: string | null;
  name: string;
  /** The arguments so far. */
  text: string;
}

/**
 * Passes calls on one after another. A call that begins while the one before it is not complete waits for the end of the
 * turn: a provider may write several at a time.
 */
export class ToolCallOrder {
  readonly #provider: string;
  readonly #emit: (event: ModelEvent) => void;
  readonly #calls: Call[] = [];
  /** Calls before this one are complete; the last of the opened ones is being written. */
  #opened = 0;
  #size = 0;

  constructor(provider: string, emit: (event: ModelEvent) => void) {
    this.#provider = provider;
    this.#emit = emit;
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** @throws `ModelError` `invalid_response` for a piece that belongs to no call, or too much of them. */
  add(delta: ChatToolCallDelta): void {
    const call = this.#find(delta) ?? this.#begin(delta);
    // The first name counts: some providers repeat it with every piece.
    call.name ||= delta.function?.name ?? '';
    const text = argumentsOf(delta);
    this.#size += text.length;
    if (this.#size > MAX_ARGUMENTS) this.#refuse(`sent more than ${MAX_ARGUMENTS} characters of arguments`);
    const position = this.#calls.indexOf(call);
    if (position < this.#opened) this.#append(call, position, text);
    else call.text += text;
    this.#openNext();
  }

  /** Passes on the calls that wait. */
  finish(): void {
    while (this.#opened < this.#calls.length) {
      if (this.#calls[this.#opened]?.name === '') this.#refuse('sent a tool call without a name');
      this.#open();
    }
    this.#complete();
  }

  /** The call of this index; without an index, the call of this id, or else the latest where nothing begins a new one. */
  #find({ index, id, function: fn }: ChatToolCallDelta): Call | undefined {
    if (typeof index === 'number') {
      const call = this.#calls.findLast((candidate) => candidate.index === index);
      // Some providers number every call 0 and tell them apart by their ids.
      const isOther = call?.id && id && call.id !== id && fn?.name;
      return isOther ? this.#calls.find((candidate) => candidate.id === id) : call;
    }
    if (id) return this.#calls.find((candidate) => candidate.id === id);
    return fn?.name ? undefined : this.#calls.at(-1);
  }

  #begin({ index, id, function: fn }: ChatToolCallDelta): Call {
    if (typeof index !== 'number' && !id && !fn?.name) this.#refuse('sent a tool call without a name');
    const call = { index: index ?? null, id: id || null, name: '', text: '' };
    this.#calls.push(call);
    return call;
  }

  /** Opens the next call as soon as it has a name and the one before it is complete. */
  #openNext(): void {
    const next = this.#calls[this.#opened];
    if (!next || next.name === '') return;
    const current = this.#calls[this.#opened - 1];
    if (!current || isJsonObject(current.text)) this.#open();
  }

  #open(): void {
    this.#complete();
    const index = this.#opened++;
    const { id, name, text } = this.#calls[index] as Call;
    this.#emit({ type: 'tool-call', index, id, name });
    if (text) this.#emit({ type: 'tool-call-arguments', index, text });
  }

  #append(call: Call, position: number, text: string): void {
    if (text === '') return;
    if (position < this.#opened - 1) {
      if (text.trim() !== '') this.#refuse('went on with a tool call that was complete');
      return;
    }
    call.text += text;
    this.#emit({ type: 'tool-call-arguments', index: position, text });
  }

  /** Some providers write nothing where a function takes no arguments; readers expect JSON. */
  #complete(): void {
    const index = this.#opened - 1;
    if (this.#calls[index]?.text === '') this.#emit({ type: 'tool-call-arguments', index, text: '{}' });
  }

  #refuse(what: string): never {
    throw new ModelError('invalid_response', `${this.#provider} ${what}.`);
  }
}

/** Some providers send the arguments as an object instead of as text. */
function argumentsOf({ function: fn }: ChatToolCallDelta): string {
  const value = fn?.arguments;
  if (typeof value === 'string') return value;
  return value == null ? '' : JSON.stringify(value);
}

function isJsonObject(text: string): boolean {
  if (!text.endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import type { FunctionDefinition } from '@cogitator-ai/openai-protocol';
import type { ModelContentPart, ModelMessage } from '../ports/model-port.ts';
import { loadTokenCounter } from './token-counter.ts';

/** What a message costs beside its text. */
const MESSAGE_TOKENS = 4;
/** What an image costs: 512 px once, or about a square of 1024 px in tiles. */
const IMAGE_TOKENS = { low: 85, auto: 1105, high: 1105 } as const;

/** A part of a prompt. */
export type PromptPart = ModelMessage | FunctionDefinition;

/**
 * Measures parts of prompts in tokens. Counting takes a hundred times as long as {@link PromptMeter.atMost}, so it is
 * left until that is too much; each part is counted once.
 */
export class PromptMeter {
  readonly #counted = new Map<PromptPart, number>();

  /** A number that the tokens of the part do not exceed: no token is shorter than a byte. */
  atMost(part: PromptPart): number {
    return this.#counted.get(part) ?? measure(part, (text) => Buffer.byteLength(text));
  }

  /** The tokens of the part. */
  async count(part: PromptPart): Promise<number> {
    let tokens = this.#counted.get(part);
    if (tokens === undefined) {
      tokens = measure(part, await loadTokenCounter());
      this.#counted.set(part, tokens);
    }
    return tokens;
  }
}

function measure(part: PromptPart, sizeOf: (text: string) => number): number {
  if (!('role' in part)) return MESSAGE_TOKENS + sizeOf(JSON.stringify(part));
  let tokens = MESSAGE_TOKENS;
  if (typeof part.content === 'string') tokens += sizeOf(part.content);
  else for (const content of part.content ?? []) tokens += measureContent(content, sizeOf);
  if (part.role === 'assistant') {
    for (const call of part.toolCalls ?? []) tokens += MESSAGE_TOKENS + sizeOf(call.name) + sizeOf(call.arguments);
  }
  return tokens;
}

function measureContent(content: ModelContentPart, sizeOf: (text: string) => number): number {
  return content.type === 'text' ? sizeOf(content.text) : IMAGE_TOKENS[content.detail];
}

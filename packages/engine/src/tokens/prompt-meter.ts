import type { FunctionDefinition } from '@cogitator-ai/openai-protocol';
import type { ModelMessage } from '../ports/model-port.ts';
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
    const counted = this.#counted.get(part);
    if (counted !== undefined) return counted;
    const { texts, others } = contentsOf(part);
    return texts.reduce((sum, text) => sum + Buffer.byteLength(text), others);
  }

  /**
   * The tokens of the part.
   *
   * @param limit - More than that need not be told apart.
   */
  async count(part: PromptPart, limit: number): Promise<number> {
    const counted = this.#counted.get(part);
    if (counted !== undefined) return counted;
    const count = await loadTokenCounter();
    const { texts, others } = contentsOf(part);
    let tokens = others;
    for (const text of texts) {
      if (tokens > limit) return tokens;
      tokens += await count(text, limit - tokens);
    }
    if (tokens <= limit) this.#counted.set(part, tokens);
    return tokens;
  }
}

/** The texts of a part, and the tokens of what is no text. */
function contentsOf(part: PromptPart): { texts: string[]; others: number } {
  if (!('role' in part)) return { texts: [JSON.stringify(part)], others: MESSAGE_TOKENS };
  const texts: string[] = [];
  let others = MESSAGE_TOKENS;
  if (typeof part.content === 'string') texts.push(part.content);
  else {
    for (const content of part.content ?? []) {
      if (content.type === 'text') texts.push(content.text);
      else others += IMAGE_TOKENS[content.detail];
    }
  }
  if (part.role === 'assistant') {
    for (const call of part.toolCalls ?? []) {
      texts.push(call.name, call.arguments);
      others += MESSAGE_TOKENS;
    }
  }
  return { texts, others };
}

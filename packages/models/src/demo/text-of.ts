import type { ModelMessage } from '@cogitator-ai/openai-engine';

/** What a message says, in words. */
export function textOf(message: ModelMessage | undefined): string {
  if (!message || message.content === null) return '';
  if (typeof message.content === 'string') return message.content;
  return message.content.map((part) => (part.type === 'text' ? part.text : '[an image]')).join(' ');
}

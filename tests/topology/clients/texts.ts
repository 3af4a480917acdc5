import type { Message } from '@cogitator-ai/openai-protocol';
import type { Api } from './api.ts';

export function textOf({ content }: Message): string {
  return content.map((part) => (part.type === 'text' ? part.text.value : '')).join('');
}

/** What was answered on a thread, oldest first. */
export async function answersOf(api: Api, threadPath: string): Promise<string[]> {
  const { data } = await api.get<{ data: Message[] }>(`${threadPath}/messages?order=asc`);
  return data.filter(({ role }) => role === 'assistant').map(textOf);
}

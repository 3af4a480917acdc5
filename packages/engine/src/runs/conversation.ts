import type { Message, MessageContent, Run, RunStep, Usage } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import type { ModelContentPart, ModelMessage } from '../ports/model-port.ts';
import { walkRecords } from '../records/walk-records.ts';
import { loadImage } from './image-content.ts';
import { addUsage, NO_USAGE } from './usage.ts';

/** What a run's model has been told and has done so far. */
export interface Conversation {
  /** Instructions, thread messages, and the present run's own calls and results, in order. */
  readonly messages: ModelMessage[];
  /** Ids of the present run's calls. */
  readonly callIds: Set<string>;
  /** Model turns of the present run that called functions. */
  turns: number;
  /** What the present run's ended steps have cost. */
  usage: Usage;
}

/**
 * The conversation of a run. Of earlier runs only the messages are told, not their tool calls; of a long thread only the
 * latest messages, as many as the run's truncation strategy and the engine's limit allow.
 */
export async function loadConversation(context: EngineContext, run: Run): Promise<Conversation> {
  const [thread, own] = await Promise.all([loadThreadMessages(context, run), loadOwnTurns(context.storage, run)]);
  const system: ModelMessage[] = run.instructions ? [{ role: 'system', content: run.instructions }] : [];
  return { ...own, messages: [...system, ...thread, ...own.messages] };
}

async function loadThreadMessages({ storage, limits }: EngineContext, run: Run): Promise<ModelMessage[]> {
  const { type, last_messages: lastMessages } = run.truncation_strategy ?? { type: 'auto' };
  let remaining = type === 'last_messages' ? (lastMessages ?? Infinity) : Infinity;
  let characters = limits.maxContextCharacters;
  const newestFirst: ModelMessage[] = [];
  for await (const message of walkRecords(storage, { kind: 'message', path: [run.thread_id], order: 'desc' })) {
    if (message.run_id === run.id) continue;
    const told = await toModelMessage(storage, message);
    if (!told) continue;
    characters -= charactersOf(told);
    if (remaining <= 0 || (characters < 0 && newestFirst.length > 0)) break;
    newestFirst.push(told);
    remaining--;
  }
  return newestFirst.reverse();
}

async function loadOwnTurns(storage: Storage, run: Run): Promise<Conversation> {
  const conversation: Conversation = { messages: [], callIds: new Set(), turns: 0, usage: NO_USAGE };
  const said = new Map<string, Message>();
  for await (const step of walkRecords(storage, { kind: 'run_step', path: [run.thread_id, run.id], order: 'asc' })) {
    if (step.usage) conversation.usage = addUsage(conversation.usage, step.usage);
    if (step.step_details.type === 'message_creation') {
      if (said.size === 0) {
        const ownMessages = {
          kind: 'message',
          path: [run.thread_id],
          order: 'asc',
          where: { run_id: run.id },
        } as const;
        for await (const message of walkRecords(storage, ownMessages)) {
          said.set(message.id, message);
        }
      }
      const message = said.get(step.step_details.message_creation.message_id);
      if (message) conversation.messages.push({ role: 'assistant', content: textOf(message.content) });
    } else {
      addToolTurn(conversation, step);
    }
  }
  return conversation;
}

/** What was said before the calls of a turn and the calls are one message to the model. */
function addToolTurn(conversation: Conversation, step: RunStep): void {
  if (step.step_details.type !== 'tool_calls') return;
  const calls = step.step_details.tool_calls.flatMap((call) => (call.type === 'function' ? [call] : []));
  const previous = conversation.messages.at(-1);
  const said = previous?.role === 'assistant' && !previous.toolCalls ? previous.content : null;
  if (said !== null) conversation.messages.pop();
  addToolCalls(
    conversation,
    said,
    calls.map(({ id, function: { name, arguments: text, output } }) => ({ id, name, arguments: text, output })),
  );
}

/** Adds a turn in which the model called functions, with their results. */
export function addToolCalls(
  conversation: Conversation,
  said: string | null,
  calls: readonly { id: string; name: string; arguments: string; output: string | null }[],
): void {
  const toolCalls = calls.map(({ id, name, arguments: text }) => ({ id, name, arguments: text }));
  conversation.messages.push({ role: 'assistant', content: said, toolCalls });
  for (const { id, output } of calls) {
    conversation.callIds.add(id);
    conversation.messages.push({ role: 'tool', toolCallId: id, content: output ?? '' });
  }
  conversation.turns++;
}

async function toModelMessage(storage: Storage, { role, content }: Message): Promise<ModelMessage | null> {
  if (role === 'assistant') {
    const text = textOf(content);
    return text === '' ? null : { role, content: text };
  }
  const parts = (await Promise.all(content.map((part) => toModelPart(storage, part)))).filter((part) => part !== null);
  const [first] = parts;
  if (!first) return null;
  return { role, content: parts.length === 1 && first.type === 'text' ? first.text : parts };
}

async function toModelPart(storage: Storage, content: MessageContent): Promise<ModelContentPart | null> {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text.value };
    case 'image_url':
      return { type: 'image', url: content.image_url.url, detail: content.image_url.detail ?? 'auto' };
    case 'image_file':
      return loadImage(storage, content.image_file.file_id, content.image_file.detail ?? 'auto');
    case 'refusal':
      return null;
  }
}

/** What a message counts against the limit: its text; images are counted by the model, not by their bytes. */
function charactersOf({ content }: ModelMessage): number {
  if (typeof content === 'string') return content.length;
  return (content ?? []).reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
}

function textOf(content: readonly MessageContent[]): string {
  return content
    .map((part) => (part.type === 'text' ? part.text.value : part.type === 'refusal' ? part.refusal : ''))
    .join('');
}

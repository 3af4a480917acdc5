import type { Message, MessageContent, Run, Usage } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { Citations } from '../file-search/citations.ts';
import { GO_ON_REQUEST, type ModelContentPart, type ModelMessage } from '../ports/model-port.ts';
import { walkRecords, walkStored } from '../records/walk-records.ts';
import { parseRecord } from '../records/parse-record.ts';
import { stepState } from '../run-steps/step-state.ts';
import type { PromptMeter } from '../tokens/prompt-meter.ts';
import { PromptImages } from './prompt-images.ts';
import { callsOf, outputOf, type StepCall } from './tool-calls-step.ts';
import { addUsage, NO_USAGE } from './usage.ts';

/** What a run's model has been told and has done so far. */
export interface Conversation {
  /** Messages of the thread that the model may be told, oldest first. */
  readonly thread: readonly ModelMessage[];
  /** The present run's own calls and results, in order. */
  readonly own: ModelMessage[];
  /** Ids of the present run's calls. */
  readonly callIds: Set<string>;
  /** What the present run's searches have found. */
  readonly citations: Citations;
  /** Model turns of the present run that called tools. */
  turns: number;
  /** What the present run's ended steps have cost. */
  usage: Usage;
}

type OwnTurns = Omit<Conversation, 'thread'>;

/**
 * The conversation of a run. Of earlier runs only the messages are told, not their tool calls.
 *
 * @param maxTokens - Of a thread with more than that only its first and its latest messages are read.
 * @param stop - Ends the reading of images.
 */
export async function loadConversation(
  { storage }: Pick<EngineContext, 'storage'>,
  run: Run,
  meter: PromptMeter,
  maxTokens: number,
  stop: AbortSignal,
): Promise<Conversation> {
  const [thread, own] = await Promise.all([
    loadThreadMessages(storage, run, meter, maxTokens, stop),
    loadOwnTurns(storage, run),
  ]);
  return { ...own, thread };
}

async function loadThreadMessages(
  storage: Storage,
  run: Run,
  meter: PromptMeter,
  maxTokens: number,
  stop: AbortSignal,
): Promise<ModelMessage[]> {
  const lastMessages = lastMessagesOf(run);
  const images = new PromptImages(storage, stop);
  const newestFirst: ModelMessage[] = [];
  let tokens = 0;
  let isExact = false;
  for await (const message of walkRecords(storage, { kind: 'message', path: [run.thread_id], order: 'desc' })) {
    if (newestFirst.length === lastMessages) break;
    if (message.run_id === run.id) continue;
    const told = await toModelMessage(message, images);
    if (!told) continue;
    newestFirst.push(told);
    tokens += isExact ? await meter.count(told, maxTokens - tokens) : meter.atMost(told);
    if (tokens <= maxTokens) continue;
    if (!isExact) {
      isExact = true;
      tokens = await countAll(meter, newestFirst, maxTokens);
      if (tokens <= maxTokens) continue;
    }
    if (lastMessages !== null) break;
    const first = await firstMessage(storage, run);
    if (first && message.id !== first.id) {
      const beginning = await toModelMessage(first, images);
      if (beginning) newestFirst.push(beginning);
    }
    break;
  }
  return newestFirst.reverse();
}

/** How many messages the run's truncation strategy asks for, or `null`: as many as fit. */
export function lastMessagesOf({ truncation_strategy: strategy }: Run): number | null {
  return strategy?.type === 'last_messages' ? (strategy.last_messages ?? null) : null;
}

async function countAll(meter: PromptMeter, messages: readonly ModelMessage[], limit: number): Promise<number> {
  let tokens = 0;
  for (const message of messages) {
    tokens += await meter.count(message, limit - tokens);
    if (tokens > limit) break;
  }
  return tokens;
}

async function firstMessage(storage: Storage, run: Run): Promise<Message | null> {
  const { records } = await storage.list({ kind: 'message', path: [run.thread_id], limit: 1, order: 'asc' });
  return records[0] ? parseRecord(records[0]) : null;
}

async function loadOwnTurns(storage: Storage, run: Run): Promise<OwnTurns> {
  const citations = new Citations();
  const conversation: OwnTurns = { own: [], callIds: new Set(), citations, turns: 0, usage: NO_USAGE };
  const said = new Map<string, Message>();
  const steps = { kind: 'run_step', path: [run.thread_id, run.id], order: 'asc' } as const;
  for await (const record of walkStored(storage, steps)) {
    const step = parseRecord(record);
    if (step.usage) conversation.usage = addUsage(conversation.usage, step.usage);
    // What somebody else has left open is gone on with, or was given up.
    if (step.status !== 'completed') continue;
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
      if (message) conversation.own.push({ role: 'assistant', content: textOf(message.content) });
    } else {
      addToolCalls(conversation, takeSaid(conversation), callsOf(step, stepState(record)?.searches, run));
    }
  }
  return conversation;
}

/** Takes from the end what the model said before the calls of its turn: to the model that and the calls are one message. */
export function takeSaid({ own }: Pick<Conversation, 'own'>): string | null {
  const latest = own.at(-1);
  if (latest?.role !== 'assistant' || latest.toolCalls) return null;
  own.pop();
  return latest.content;
}

/** The same conversation, ending in the midst of the model's answer: it is asked to go on behind what it has said of it. */
export function withBegunAnswer(conversation: Conversation, begun: string): Conversation {
  const own: ModelMessage[] = [
    ...conversation.own,
    { role: 'assistant', content: begun },
    { role: 'user', content: GO_ON_REQUEST },
  ];
  return { ...conversation, own };
}

/** Adds a turn in which the model called tools, with their results. */
export function addToolCalls(conversation: OwnTurns, said: string | null, calls: readonly StepCall[]): void {
  const toolCalls = calls.map(({ id, name, arguments: text }) => ({ id, name, arguments: text }));
  conversation.own.push({ role: 'assistant', content: said, toolCalls });
  for (const call of calls) {
    conversation.callIds.add(call.id);
    conversation.own.push({ role: 'tool', toolCallId: call.id, content: outputOf(call) ?? '' });
    if (call.type === 'file_search' && call.answer) conversation.citations.add(call.answer);
  }
  conversation.turns++;
}

async function toModelMessage({ role, content }: Message, images: PromptImages): Promise<ModelMessage | null> {
  if (role === 'assistant') {
    const text = uncitedTextOf(content);
    return text === '' ? null : { role, content: text };
  }
  const parts = (await Promise.all(content.map((part) => toModelPart(part, images)))).filter((part) => part !== null);
  const [first] = parts;
  if (!first) return null;
  return { role, content: parts.length === 1 && first.type === 'text' ? first.text : parts };
}

async function toModelPart(content: MessageContent, images: PromptImages): Promise<ModelContentPart | null> {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text.value };
    case 'image_url':
      return images.fromUrl(content.image_url.url, content.image_url.detail ?? 'auto');
    case 'image_file':
      return images.fromFile(content.image_file.file_id, content.image_file.detail ?? 'auto');
    case 'refusal':
      return null;
  }
}

function textOf(content: readonly MessageContent[]): string {
  return content
    .map((part) => (part.type === 'text' ? part.text.value : part.type === 'refusal' ? part.refusal : ''))
    .join('');
}

/** What was said without its markers: they name chunks that only the model of that run was given. */
function uncitedTextOf(content: readonly MessageContent[]): string {
  return textOf(content.map(withoutMarkers));
}

function withoutMarkers(part: MessageContent): MessageContent {
  if (part.type !== 'text' || part.text.annotations.length === 0) return part;
  let value = '';
  let place = 0;
  for (const { type, start_index: start, end_index: end } of part.text.annotations) {
    if (type !== 'file_citation' || start < place) continue;
    value += part.text.value.slice(place, start);
    place = end;
  }
  return { type: 'text', text: { value: value + part.text.value.slice(place), annotations: [] } };
}

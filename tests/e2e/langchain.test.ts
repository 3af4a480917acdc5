import { AgentExecutor } from '@langchain/classic/agents';
import { OpenAIAssistantRunnable } from '@langchain/classic/experimental/openai_assistant';
import { tool } from '@langchain/core/tools';
import OpenAI from 'openai-v7';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
beforeEach(() => server.upstream.reset());
afterAll(() => server.close());

const clientOptions = { baseURL: server.baseURL, apiKey: 'sk-test' };
const openai = new OpenAI(clientOptions);
const asked: string[] = [];
const weather = tool(
  ({ city }) => {
    asked.push(city);
    return `${city === 'Oslo' ? -3 : 14} °C`;
  },
  { name: 'get_weather', description: 'The weather of a city.', schema: z.object({ city: z.string() }) },
);

const callFor = (city: string) => ({ id: `call_${city}`, name: 'get_weather', arguments: ['{"city":"', city, '"}'] });

describe("LangChain's OpenAIAssistantRunnable", () => {
  it('answers, and goes on in the same thread', async () => {
    const agent = await OpenAIAssistantRunnable.createAssistant({ model: server.model, clientOptions });
    server.upstream.script({ text: ['Hello', ' Alex'] }, { text: ['Alex', ', of course'] });
    const first = await agent.invoke({ content: 'My name is Alex.' });
    expect(first).toMatchObject([{ role: 'assistant', content: [{ type: 'text', text: { value: 'Hello Alex' } }] }]);
    const threadId = (first as { thread_id: string }[])[0]!.thread_id;
    const second = await agent.invoke({ content: 'What is my name?', threadId });
    expect(second).toMatchObject([{ thread_id: threadId, content: [{ text: { value: 'Alex, of course' } }] }]);
    expect(server.upstream.requests[1]!.body.messages.map(({ content }) => content)).toEqual([
      'My name is Alex.',
      'Hello Alex',
      'What is my name?',
    ]);
    expect(await agent.deleteAssistant()).toMatchObject({ deleted: true });
  });

  it('hands out calls and takes their results', async () => {
    const agent = await OpenAIAssistantRunnable.createAssistant({
      model: server.model,
      clientOptions,
      tools: [weather],
    });
    expect((await agent.getAssistant()).tools).toMatchObject([
      { function: { name: 'get_weather', parameters: { properties: { city: { type: 'string' } } } } },
    ]);
    server.upstream.script({ toolCalls: [callFor('Oslo'), callFor('Rome')] }, { text: ['Cold, and warm.'] });
    const { id: threadId } = await openai.beta.threads.create();
    const calls = (await agent.invoke({ content: 'Oslo or Rome?', threadId })) as { id: string }[];
    expect(calls).toMatchObject([
      { id: 'call_Oslo', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
      { id: 'call_Rome', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
    ]);
    const { data: runs } = await openai.beta.threads.runs.list(threadId);
    const answer = await agent.invoke({
      threadId,
      runId: runs[0]!.id,
      toolOutputs: calls.map(({ id }) => ({ tool_call_id: id, output: 'fine' })),
    });
    expect(answer).toMatchObject([{ content: [{ text: { value: 'Cold, and warm.' } }] }]);
  });

  it('completes a loop of tools as an agent', async () => {
    const agent = await OpenAIAssistantRunnable.createAssistant({
      model: server.model,
      clientOptions,
      tools: [weather],
      asAgent: true,
    });
    server.upstream.script(
      { toolCalls: [callFor('Oslo'), callFor('Rome')] },
      { toolCalls: [callFor('Lima')] },
      { text: ['Lima', ' it is.'] },
    );
    const executor = AgentExecutor.fromAgentAndTools({ agent, tools: [weather] });
    const result = await executor.invoke({ content: 'Where is it warmest?' });
    expect(result).toMatchObject({ output: 'Lima it is.' });
    expect(asked.splice(0)).toEqual(['Oslo', 'Rome', 'Lima']);
    expect(server.upstream.requests[2]!.body.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'tool',
    ]);
  });
});

import type { ModelRequest } from '@cogitator-ai/openai-engine';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DIALECT, toChatRequest } from './chat-request.ts';

const question: ModelRequest = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
const bare = {
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  stream: true,
  stream_options: { include_usage: true },
};

describe('toChatRequest', () => {
  it('sends nothing that is not given', () => {
    expect(toChatRequest('m', question, DEFAULT_DIALECT)).toEqual(bare);
  });

  it('leaves out what equals the default, for models that refuse to be told', () => {
    const request: ModelRequest = { ...question, temperature: 1, topP: 1, responseFormat: { type: 'text' } };
    expect(toChatRequest('m', request, DEFAULT_DIALECT)).toEqual(bare);
  });

  it('carries every setting', () => {
    const request: ModelRequest = {
      ...question,
      tools: [{ name: 'f', description: 'F', parameters: { type: 'object', properties: {} }, strict: true }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      temperature: 0,
      topP: 0.5,
      maxTokens: 7,
      responseFormat: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' }, strict: true } },
      reasoningEffort: 'low',
    };
    expect(toChatRequest('m', request, DEFAULT_DIALECT)).toEqual({
      ...bare,
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'F', parameters: { type: 'object', properties: {} }, strict: true },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      temperature: 0,
      top_p: 0.5,
      max_tokens: 7,
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' }, strict: true } },
      reasoning_effort: 'low',
    });
  });

  it('describes every function in full, without the defaults of strict, choice and parallel calls', () => {
    const request: ModelRequest = {
      ...question,
      tools: [{ name: 'f', strict: false }],
      toolChoice: 'auto',
      parallelToolCalls: true,
    };
    expect(toChatRequest('m', request, DEFAULT_DIALECT)).toEqual({
      ...bare,
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
    });
    expect(toChatRequest('m', { ...request, toolChoice: 'required' }, DEFAULT_DIALECT)).toHaveProperty(
      'tool_choice',
      'required',
    );
  });

  it('tells the whole conversation', () => {
    const messages: ModelRequest['messages'] = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', url: 'data:image/png;base64,AA', detail: 'low' },
          { type: 'image', url: 'https://example.com/a.png', detail: 'auto' },
        ],
      },
      { role: 'assistant', content: null, toolCalls: [{ id: 'c1', name: 'f', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c1', content: '42' },
      { role: 'assistant', content: 'It is 42.' },
    ];
    expect(toChatRequest('m', { model: 'm', messages }, DEFAULT_DIALECT)).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '42' },
        { role: 'assistant', content: 'It is 42.' },
      ],
    });
  });

  it('does not ask for usage where that is refused', () => {
    const { stream_options: _, ...rest } = bare;
    expect(toChatRequest('m', question, { ...DEFAULT_DIALECT, asksForUsage: false })).toEqual(rest);
  });

  it.each([
    ['gpt-4o', 'max_completion_tokens', 'max_completion_tokens'],
    ['gpt-4o', 'max_tokens', 'max_tokens'],
    ['o3-mini', 'max_tokens', 'max_completion_tokens'],
    ['openai/gpt-5.1', 'max_tokens', 'max_completion_tokens'],
    ['gpt-oss:20b', 'max_tokens', 'max_tokens'],
    ['o1lama', 'max_tokens', 'max_tokens'],
  ] as const)('limits %s, where the rule is %s, by %s', (model, maxTokensField, field) => {
    const dialect = { ...DEFAULT_DIALECT, maxTokensField };
    const sent = Object.keys(toChatRequest(model, { ...question, maxTokens: 5 }, dialect));
    expect(sent.filter((key) => key.startsWith('max_'))).toEqual([field]);
  });
});

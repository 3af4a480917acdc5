import type { RunStep } from '@cogitator-ai/openai-protocol';
import type { Searches } from './search-answer.ts';

/** A step that shows the texts its searches found, for whoever has asked for them. */
export function withContent(step: RunStep, searches: Searches | undefined): RunStep {
  if (!searches || step.step_details.type !== 'tool_calls') return step;
  const calls = step.step_details.tool_calls.map((call) => {
    const answer = searches[call.id]?.answer;
    if (call.type !== 'file_search' || !answer || !('chunks' in answer)) return call;
    const results = call.file_search.results.map((result, index) => {
      const text = answer.chunks[index]?.text;
      return text === undefined ? result : { ...result, content: [{ type: 'text' as const, text }] };
    });
    return { ...call, file_search: { ...call.file_search, results } };
  });
  return { ...step, step_details: { type: 'tool_calls', tool_calls: calls } };
}

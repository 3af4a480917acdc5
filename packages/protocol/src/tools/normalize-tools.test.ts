import { describe, expect, it } from 'vitest';
import { normalizeTools } from './normalize-tools.ts';

const RANKING = { ranker: 'default_2024_08_21', score_threshold: 0 } as const;

describe('normalizeTools', () => {
  it('adds the defaults of a function and leaves out a description that was not sent', () => {
    const [tool] = normalizeTools([{ type: 'function', function: { name: 'f' } }]);
    expect(JSON.stringify(tool)).toBe(
      '{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}},"strict":false}}',
    );
  });

  it('keeps what a function has', () => {
    const definition = { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true };
    expect(normalizeTools([{ type: 'function', function: definition }])).toEqual([
      { type: 'function', function: definition },
    ]);
    expect(normalizeTools([{ type: 'function', function: { name: 'f', strict: null } }])).toMatchObject([
      { function: { strict: false } },
    ]);
  });

  it('adds ranking options to file_search, and a number of results only when sent', () => {
    expect(normalizeTools([{ type: 'file_search' }])).toEqual([
      { type: 'file_search', file_search: { ranking_options: RANKING } },
    ]);
    expect(normalizeTools([{ type: 'file_search', file_search: { max_num_results: 3 } }])).toEqual([
      { type: 'file_search', file_search: { max_num_results: 3, ranking_options: RANKING } },
    ]);
    expect(
      normalizeTools([
        { type: 'file_search', file_search: { ranking_options: { ranker: 'auto', score_threshold: 0.5 } } },
      ]),
    ).toEqual([{ type: 'file_search', file_search: { ranking_options: { ranker: 'auto', score_threshold: 0.5 } } }]);
  });

  it('leaves code_interpreter as it is', () => {
    expect(normalizeTools([{ type: 'code_interpreter' }])).toEqual([{ type: 'code_interpreter' }]);
  });

  it('changes nothing the second time', () => {
    const once = normalizeTools([{ type: 'file_search' }, { type: 'function', function: { name: 'f' } }]);
    expect(normalizeTools(once)).toEqual(once);
  });
});

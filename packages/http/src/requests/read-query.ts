import type { RequestContext } from '../environment.ts';

/** The query as an object; `include`, `include[]` and `include[n]` are gathered in one array. */
export function readQuery(c: RequestContext): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (/^include(?:\[\d*\])?$/.test(name)) {
      query['include'] = [...((query['include'] as string[] | undefined) ?? []), ...values];
    } else {
      query[name] = values[0];
    }
  }
  return query;
}

import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { named } from './named.ts';
import type { Route } from './routes.ts';
import type { SentBody } from './sent-body.ts';
import { someText } from './values.ts';
import { WORLD } from './world.ts';

/** One request to a route, with names in place of ids. */
export interface TriedRequest {
  readonly path: string;
  readonly body: SentBody;
  /** Whether it is about the objects that the route is for. */
  readonly isAtHome: boolean;
  /** Whether there is nothing wrong about it. */
  readonly isValid: boolean;
}

const anything = fc.constantFrom(...WORLD).map(named);

const ODD_IDS = [
  'undefined',
  'null',
  '%00',
  '%ff',
  '%',
  '..%2f',
  '__proto__',
  'thread_',
  '*',
  '%22',
  '[object Object]',
];

const oddId = fc.oneof(
  fc.constantFrom(...ODD_IDS),
  fc
    .constantFrom('asst_', 'thread_', 'msg_', 'run_', 'step_', 'file-', 'upload_', 'vs_', 'vsfb_')
    .chain((prefix) =>
      fc.oneof(fc.constant('01JZZZZZZZZZZZZZZZZZZZZZZZ'), someText).map((text) => prefix + encode(text)),
    ),
  someText.map(encode),
);

const oddQueryValue = fc.oneof(
  fc.constantFrom('', '0', '-1', '101', '10001', '1.5', '1e3', '%00', '%', 'ASC', 'undefined', 'x'.repeat(3000)),
  someText.map(encode),
);

/** Requests to a route: to what is there or something else, with a query and a body near what they should be. */
export function requestsTo({ path, query, body }: Route): Arbitrary<TriedRequest> {
  const parts = path.split(/(?=\/)/).map((part) => (part.startsWith('/{') ? idPart(part.slice(1)) : fc.constant(part)));
  const oddPair = fc.tuple(
    fc.constantFrom(...Object.keys(query), 'after', 'before', 'run_id', 'purpose', 'include', 'x', '__proto__', '%'),
    fc.oneof(anything, oddQueryValue),
  );
  return fc
    .record({
      parts: fc.tuple(...parts),
      pairs: fc.record(query, { requiredKeys: [], noNullPrototype: true }),
      oddPair: fc.option(oddPair, { freq: 3 }),
      body,
    })
    .map((tried) => {
      const pairs = Object.entries(tried.pairs).map(([name, value]) => `${name}=${encode(String(value))}`);
      if (tried.oddPair) pairs.push(tried.oddPair.join('='));
      const filled = tried.parts.join('');
      const isAtHome = filled === path;
      return {
        path: pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`,
        body: tried.body,
        isAtHome,
        isValid: isAtHome && tried.body.isValid && tried.oddPair === null,
      };
    });
}

/** Mostly the id that belongs there. */
function idPart(name: string): Arbitrary<string> {
  return fc
    .oneof(
      { weight: 12, arbitrary: fc.constant(name) },
      { weight: 1, arbitrary: oddId },
      { weight: 1, arbitrary: anything },
    )
    .map((id) => `/${id}`);
}

/** As a part of a path that stays one. */
function encode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return /^\.{0,2}$/.test(encoded) ? 'x' : encoded;
}

import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** Texts that break what is careless with them. */
const ODD_TEXTS = [
  '',
  ' ',
  '\n',
  '\0',
  '\ud800',
  '\udfff a',
  '__proto__',
  'constructor',
  '\u2028',
  '👩🏽‍🚀',
  'undefined',
  '0',
  '"',
];

/** Any text of a JSON body that is not blank. */
export const someText: Arbitrary<string> = fc
  .oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...ODD_TEXTS))
  .map((text) => (/\S/.test(text) ? text : `${text}x`));

export const someMetadata: Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(fc.oneof(someText, fc.constantFrom(...ODD_TEXTS)), fc.oneof(someText, fc.constant('x'.repeat(512)))),
    {
      maxLength: 16,
    },
  )
  // Assigned like that `__proto__` becomes a key of its own.
  .map((pairs) => Object.fromEntries(pairs.map(([key, value]) => [key.slice(0, 64), value])));

/** Attributes of a file in a vector store. */
export const someAttributes: Arbitrary<Record<string, string | number | boolean>> = fc
  .array(
    fc.tuple(
      fc.oneof(someText, fc.constantFrom(...ODD_TEXTS)),
      fc.oneof(someText, fc.boolean(), fc.double({ noDefaultInfinity: true, noNaN: true })),
    ),
    { maxLength: 16 },
  )
  .map((pairs) => Object.fromEntries(pairs.map(([key, value]) => [key.slice(0, 64), value])));

/** A JSON Schema of an object, now and then only by name. */
export const someJsonSchema: Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.constant({ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }),
  fc.dictionary(
    someText.filter((key) => key !== 'type'),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 4, noNullPrototype: true },
  ) as Arbitrary<Record<string, unknown>>,
);

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

/** Values in the place of others. */
const oddValue: Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { type: 'x' }, { id: null }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(0, -1, 1.5, 2, 3, 101, 2 ** 31, 2 ** 53, 1e308, -1e308, 5e-324, -0),
  },
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...ODD_TEXTS, 'auto', 'user', 'x'.repeat(257), 'x'.repeat(600)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      'x'.repeat(256_001),
      '😀'.repeat(128_500),
      Array.from({ length: 129 }, () => ({ type: 'code_interpreter' })),
      Array.from({ length: 1001 }, () => null),
      Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])),
      nested(150, (inner) => [inner]),
      nested(1000, (inner) => ({ a: inner })),
    ),
  },
  { weight: 3, arbitrary: fc.jsonValue() },
);

interface Mutation {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'add' | 'wrap' | 'repeat' | 'rename';
  readonly key: string;
  readonly value: unknown;
}

const mutation: Arbitrary<Mutation> = fc.record({
  place: fc.nat(1000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'wrap', 'repeat', 'rename'),
  key: fc.oneof(fc.constantFrom('foo', 'id', 'object', 'type', 'stream', 'metadata', ...ODD_TEXTS), someText),
  value: oddValue,
});

/** A value, and whether it is one of the valid ones as they were made. */
export interface NearlyValid {
  readonly value: unknown;
  readonly isValid: boolean;
}

/** Valid values, and others that are not far from them. */
export function nearlyValid(valid: Arbitrary<unknown>): Arbitrary<NearlyValid> {
  return fc.oneof(
    { weight: 2, arbitrary: valid.map((value) => ({ value, isValid: true })) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 2 }))
        .map(([value, mutations]) => ({ value: mutations.reduce(mutate, value), isValid: false })),
    },
    { weight: 1, arbitrary: oddValue.map((value) => ({ value, isValid: false })) },
  );
}

/** Changes one of all the places of a value, itself included. */
function mutate(root: unknown, { place, how, key, value }: Mutation): unknown {
  const holder = { root: structuredClone(root) };
  const places = how === 'rename' ? placesIn(holder).filter(isReference) : placesIn(holder);
  if (places.length === 0) return root;
  const [owner, name] = places[place % places.length] as Place;
  const target = owner[name];
  if (how === 'remove' && Array.isArray(owner)) owner.splice(Number(name), 1);
  else if (how === 'remove') delete owner[name];
  else if (how === 'rename') owner[name] = UNKNOWN_IDS[place % UNKNOWN_IDS.length];
  else if (how === 'wrap') owner[name] = [target];
  else if (how === 'repeat' && Array.isArray(owner)) owner.push(target);
  else if (how === 'add' && typeof target === 'object' && target !== null && !Array.isArray(target)) {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else owner[name] = value;
  return holder.root ?? null;
}

/** Names of what is not there. */
const UNKNOWN_IDS = ['asst_x', 'file-x', 'thread_x', 'vs_x', 'call_x', 'unknown-model'];

function isReference([owner, name]: Place): boolean {
  const value: unknown = owner[name];
  return typeof value === 'string' && /^\{\w+\}$/.test(value);
}

type Owner = Record<string, unknown>;
type Place = [owner: Owner, name: string];

function placesIn(owner: Owner): Place[] {
  return Object.keys(owner).flatMap((name): Place[] => {
    const value = owner[name];
    const own: Place = [owner, name];
    return typeof value === 'object' && value !== null ? [own, ...placesIn(value as Owner)] : [own];
  });
}

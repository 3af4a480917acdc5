import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { type NearlyValid, nearlyValid } from './values.ts';

/** A body as it goes over the wire. */
export interface SentBody {
  readonly content: string | Uint8Array | undefined;
  readonly contentType: string | undefined;
  /** The JSON value, when it is one and goes as it should. */
  readonly value: unknown;
  /** Whether nothing about it is wrong. */
  readonly isValid: boolean;
}

const JSON_TYPES = ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'];
const OTHER_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b', 'x', ''];

/** Bodies of JSON: most as they should be, some broken on their way. */
export function jsonBody(valid: Arbitrary<unknown>): Arbitrary<SentBody> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .tuple(nearlyValid(valid), fc.constantFrom(...JSON_TYPES))
        .map(([{ value, isValid }, contentType]) => ({
          content: JSON.stringify(value),
          contentType,
          value,
          isValid,
        })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(nearlyValid(valid), fc.constantFrom(...Object.values(BREAKS)), fc.constantFrom(...JSON_TYPES))
        .map(([value, spoil, contentType]) => broken(spoil(value), contentType)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(nearlyValid(valid), fc.constantFrom(...OTHER_TYPES))
        .map(([{ value }, contentType]) => broken(JSON.stringify(value), contentType)),
    },
  );
}

function broken(content: string | Uint8Array, contentType: string): SentBody {
  return { content, contentType, value: undefined, isValid: false };
}

const BREAKS = {
  cut: ({ value }: NearlyValid) => JSON.stringify(value).slice(0, -1),
  'more than one': ({ value }: NearlyValid) => JSON.stringify(value) + JSON.stringify(value),
  'with a byte order mark': ({ value }: NearlyValid) => `\ufeff${JSON.stringify(value)}`,
  'with a raw zero': ({ value }: NearlyValid) => JSON.stringify(value).replace(/"[^"]/, '"\0'),
  'not UTF-8': ({ value }: NearlyValid) => Buffer.concat([Buffer.from(JSON.stringify(value)), Buffer.from([0xff])]),
  'every key twice': ({ value }: NearlyValid) => JSON.stringify(value).replaceAll(/"(\w+)":/g, '"$1":null,"$1":'),
  'a comment': ({ value }: NearlyValid) => `// x\n${JSON.stringify(value)}`,
  'spread out': ({ value }: NearlyValid) => JSON.stringify(value, null, 4),
  'endless nesting': () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  'nested in vain': () => `{"metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
  blank: () => ' ',
  empty: () => '',
  NaN: () => '{"temperature":NaN}',
};

const NO_BODY: SentBody = { content: undefined, contentType: undefined, value: undefined, isValid: true };

/** Bodies of requests that need none. */
export const noBody: Arbitrary<SentBody> = fc.oneof(
  fc.constant(NO_BODY),
  fc.constant({ ...NO_BODY, contentType: 'application/json' }),
  jsonBody(fc.constant({})),
);

const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];

interface FormPart {
  readonly name: string;
  readonly filename?: string;
  readonly value: string;
}

/** Uploads of a file, most of them with something odd about them. */
export const fileForm: Arbitrary<SentBody> = fc
  .record({
    purpose: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...PURPOSES) },
      { weight: 1, arbitrary: fc.constantFrom('assistants_output', '', 'x', '\0', '__proto__') },
    ),
    filename: fc.oneof(
      fc.constantFrom('a.txt', 'naïve 文件.txt', '../../x', 'a%22b.txt', '.', '', '\\', 'x'.repeat(300)),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((name) => name.replaceAll(/["\r\n\\/;%\0]/g, '')),
    ),
    content: fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replaceAll('--', '')),
    more: fc.array(
      fc.constantFrom<FormPart>(
        { name: 'expires_after[anchor]', value: 'created_at' },
        { name: 'expires_after[seconds]', value: '3600' },
        { name: 'expires_after[seconds]', value: '1' },
        { name: 'expires_after', value: 'x' },
        { name: '__proto__[x]', value: 'x' },
        { name: 'file', filename: 'second.txt', value: 'second' },
        { name: 'foo', value: 'bar' },
      ),
      { maxLength: 2 },
    ),
    leaveOut: fc.constantFrom('', '', '', '', 'file', 'purpose', 'end', 'boundary'),
    isFileFirst: fc.boolean(),
  })
  .map(({ purpose, filename, content, more, leaveOut, isFileFirst }) => {
    const file: FormPart[] = leaveOut === 'file' ? [] : [{ name: 'file', filename, value: content }];
    const parts: FormPart[] = leaveOut === 'purpose' ? [] : [{ name: 'purpose', value: purpose }];
    const all = isFileFirst ? [...file, ...parts, ...more] : [...parts, ...file, ...more];
    return {
      content: Buffer.from(`${all.map(toPart).join('')}${leaveOut === 'end' ? '' : '--b--\r\n'}`),
      contentType: leaveOut === 'boundary' ? 'multipart/form-data' : 'multipart/form-data; boundary=b',
      value: undefined,
      isValid: more.length === 0 && leaveOut === '' && PURPOSES.includes(purpose),
    };
  });

/** The data of an upload's part, some of them with something odd about them. */
export const partForm: Arbitrary<SentBody> = fc
  .record({
    part: fc.record<FormPart>(
      {
        name: fc.constantFrom('data', 'data', 'data', 'data', 'file', '', '__proto__'),
        filename: fc.constantFrom('part', 'blob', '', '../x', '文件'),
        value: fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replaceAll('--', '')),
      },
      { requiredKeys: ['name', 'value'] },
    ),
    more: fc.array(fc.constantFrom<FormPart>({ name: 'foo', value: 'bar' }, { name: 'data', value: 'second' }), {
      maxLength: 1,
    }),
    leaveOut: fc.constantFrom('', '', '', 'end', 'boundary'),
  })
  .map(({ part, more, leaveOut }) => ({
    content: Buffer.from(`${[part, ...more].map(toPart).join('')}${leaveOut === 'end' ? '' : '--b--\r\n'}`),
    contentType: leaveOut === 'boundary' ? 'multipart/form-data' : 'multipart/form-data; boundary=b',
    value: undefined,
    isValid: part.name === 'data' && more.length === 0 && leaveOut === '',
  }));

function toPart({ name, filename, value }: FormPart): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`;
  return `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
}

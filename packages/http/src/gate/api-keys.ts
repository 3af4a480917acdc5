import { timingSafeEqual } from 'node:crypto';
import { incorrectApiKey, missingApiKey } from '@cogitator-ai/openai-protocol';

/** The headers that may carry a key. */
export interface KeyHeaders {
  readonly authorization?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Throws unless the request carries a known key. */
export type AuthCheck = (headers: KeyHeaders) => void;

/**
 * Checks keys in a time that tells nothing of them: all are compared, each in full, whatever is given.
 *
 * @param keys - Empty: everybody is let in.
 */
export function createAuthCheck(keys: readonly string[]): AuthCheck {
  if (keys.length === 0) return () => {};
  const size = Math.max(...keys.map((key) => Buffer.byteLength(key)));
  const known = keys.map((key) => toBlock(key, Buffer.alloc(size + LENGTH_BYTES)));
  const candidate = Buffer.alloc(size + LENGTH_BYTES);
  return (headers) => {
    const given = givenKey(headers);
    if (given === undefined || given === '') throw missingApiKey();
    toBlock(given, candidate);
    let isKnown = false;
    for (const block of known) isKnown = timingSafeEqual(block, candidate) || isKnown;
    if (!isKnown) throw incorrectApiKey(given);
  };
}

/** The key that a request carries, known or not. */
export function givenKey({ authorization, apiKey }: KeyHeaders): string | undefined {
  return readKey(authorization) ?? apiKey;
}

/** Bytes before a key that hold its length. */
const LENGTH_BYTES = 4;

/** Blocks of one size can be compared without telling lengths. What does not fit is cut, but its length is not. */
function toBlock(key: string, block: Buffer): Buffer {
  block.fill(0).writeUInt32LE(Buffer.byteLength(key));
  block.write(key, LENGTH_BYTES);
  return block;
}

/** The key of `Bearer KEY`, or of `Basic` with a blank user name; the scheme in any case. */
function readKey(authorization: string | undefined): string | undefined {
  const space = authorization?.indexOf(' ') ?? -1;
  if (authorization === undefined || space === -1) return undefined;
  const scheme = authorization.slice(0, space).toLowerCase();
  const credentials = authorization.slice(space + 1).trim();
  if (scheme === 'bearer') return credentials;
  if (scheme !== 'basic') return undefined;
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return decoded.startsWith(':') ? decoded.slice(1) : undefined;
}

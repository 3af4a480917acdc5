import { hash, timingSafeEqual } from 'node:crypto';
import { incorrectApiKey, missingApiKey } from '@cogitator-ai/openai-protocol';

/** Throws unless the request carries a known key. */
export type AuthCheck = (headers: { authorization?: string | undefined; apiKey?: string | undefined }) => void;

/**
 * Checks keys in constant time: all are compared, by their hashes.
 *
 * @param keys - Empty: everybody is let in.
 */
export function createAuthCheck(keys: readonly string[]): AuthCheck {
  if (keys.length === 0) return () => {};
  const hashes = keys.map(digest);
  return ({ authorization, apiKey }) => {
    const given = readKey(authorization) ?? apiKey;
    if (given === undefined || given === '') throw missingApiKey();
    const givenHash = digest(given);
    let known = false;
    for (const keyHash of hashes) known = timingSafeEqual(keyHash, givenHash) || known;
    if (!known) throw incorrectApiKey(given);
  };
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

function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

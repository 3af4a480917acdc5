import type { ThreadStorage } from './thread-storage.ts';

const METHODS = [
  'saveThread',
  'loadThread',
  'deleteThread',
  'listThreads',
  'saveAssistant',
  'loadAssistant',
  'deleteAssistant',
  'listAssistants',
  'saveFile',
  'loadFile',
  'deleteFile',
  'listFiles',
] as const satisfies readonly (keyof ThreadStorage)[];

/** @throws `TypeError` that names the methods it lacks. What is no object is not repeated: a URL may hold a password. */
export function assertThreadStorage(storage: unknown): asserts storage is ThreadStorage {
  if (typeof storage !== 'object' || storage === null) {
    throw new TypeError("storage must be an object, such as createThreadStorage({ type: 'redis', url }) makes.");
  }
  if (storage instanceof Promise) throw new TypeError('storage must be a storage; got a promise of one: await it.');
  const missing = METHODS.filter((name) => typeof (storage as Partial<ThreadStorage>)[name] !== 'function');
  if (missing.length > 0)
    throw new TypeError(
      `storage must have the methods of ThreadStorage; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    );
}

import { StorageError } from '@cogitator-ai/openai-storage';
import type { Connection } from './connection.ts';
import type { KeySpace } from './key-space.ts';

/** Raised when keys come to be laid out in a way that earlier versions do not understand. */
const SCHEMA_VERSION = 1;

/**
 * Notes how keys are laid out, when nobody has before.
 *
 * @throws {@link StorageError} `schema_mismatch` when it is not as this version does.
 */
export async function assertSchema(connection: Connection, keySpace: KeySpace): Promise<void> {
  const key = keySpace.index('schema');
  await connection.command('set', [key, SCHEMA_VERSION, 'NX']);
  const version = Number(await connection.command('get', [key]));
  if (version !== SCHEMA_VERSION) {
    throw new StorageError(
      'schema_mismatch',
      `'${key}' says version ${version}, and this package knows ${SCHEMA_VERSION}: a later one has written there.`,
    );
  }
}

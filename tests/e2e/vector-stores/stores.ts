import { expect, vi } from 'vitest';
import type { Api } from '../wire/api.ts';
import { multipart } from '../wire/multipart.ts';

/** An empty vector store. */
export async function createStore(api: Api): Promise<string> {
  const { id } = await api.post<{ id: string }>('/vector_stores', {});
  return id;
}

/** Uploads a text and adds it to a store. @param options.wait - Whether until it can be searched. Default true. */
export async function addFile(
  api: Api,
  storeId: string,
  filename: string,
  text: string,
  { wait = true, attributes }: { wait?: boolean; attributes?: object } = {},
): Promise<string> {
  const id = await upload(api, filename, text);
  await api.post(`/vector_stores/${storeId}/files`, { file_id: id, ...(attributes && { attributes }) });
  const path = `/vector_stores/${storeId}/files/${id}`;
  if (wait) {
    const isCompleted = async () => expect(await api.get(path)).toHaveProperty('status', 'completed');
    await vi.waitFor(isCompleted, { timeout: 20_000 });
  }
  return id;
}

/** Uploads a text. @returns The id of the file. */
export async function upload(api: Api, filename: string, text: string): Promise<string> {
  const form = multipart(['file', text, filename], ['purpose', 'assistants']);
  const { body } = await api.send('POST', '/files', form);
  return (JSON.parse(body.toString()) as { id: string }).id;
}

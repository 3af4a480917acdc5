import type { Assistant, FileObject } from '@cogitator-ai/openai-protocol';
import type { StoredAssistant, StoredFile } from './thread-storage.ts';

export function toStoredAssistant(wire: Assistant): StoredAssistant {
  const { object: _, temperature, ...assistant } = wire;
  return { ...assistant, ...(temperature !== null && { temperature }) };
}

export function toAssistant(stored: StoredAssistant): Assistant {
  return {
    object: 'assistant',
    description: null,
    top_p: 1,
    temperature: 1,
    reasoning_effort: null,
    tool_resources: {},
    response_format: 'auto',
    ...stored,
  };
}

export function toStoredFile(
  { id, filename, created_at, purpose, expires_at }: FileObject,
  content: Buffer,
): StoredFile {
  return { id, content, filename, created_at, purpose, expires_at };
}

export function toFile({ id, content, filename, created_at, purpose, expires_at }: StoredFile): FileObject {
  return {
    id,
    object: 'file',
    bytes: content.byteLength,
    created_at,
    expires_at: expires_at ?? null,
    filename,
    purpose: purpose ?? 'assistants',
    status: 'processed',
    status_details: null,
  };
}

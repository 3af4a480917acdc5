import type { CreateThreadRequest, DeletedObject, Json, Thread, UpdateThreadRequest } from '@cogitator-ai/openai-protocol';

export interface ThreadService {
  create(request: CreateThreadRequest): Promise<Json<Thread>>;
  retrieve(threadId: string): Promise<Json<Thread>>;
  update(threadId: string, request: UpdateThreadRequest): Promise<Json<Thread>>;
  delete(threadId: string): Promise<Json<DeletedObject>>;
}

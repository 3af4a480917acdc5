import type {
  CreateMessageRequest,
  DeletedObject,
  Json,
  ListMessagesQuery,
  ListResponse,
  Message,
  UpdateMessageRequest,
} from '@cogitator-ai/openai-protocol';

export interface MessageService {
  create(threadId: string, request: CreateMessageRequest): Promise<Json<Message>>;
  list(threadId: string, query: ListMessagesQuery): Promise<Json<ListResponse<Message>>>;
  retrieve(threadId: string, messageId: string): Promise<Json<Message>>;
  update(threadId: string, messageId: string, request: UpdateMessageRequest): Promise<Json<Message>>;
  delete(threadId: string, messageId: string): Promise<Json<DeletedObject>>;
}

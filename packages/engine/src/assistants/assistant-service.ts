import type {
  Assistant,
  CreateAssistantRequest,
  DeletedObject,
  Json,
  ListQuery,
  ListResponse,
  UpdateAssistantRequest,
} from '@cogitator-ai/openai-protocol';

export interface AssistantService {
  create(request: CreateAssistantRequest): Promise<Json<Assistant>>;
  list(query: ListQuery): Promise<Json<ListResponse<Assistant>>>;
  retrieve(assistantId: string): Promise<Json<Assistant>>;
  update(assistantId: string, request: UpdateAssistantRequest): Promise<Json<Assistant>>;
  delete(assistantId: string): Promise<Json<DeletedObject>>;
}

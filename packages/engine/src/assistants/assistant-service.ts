import {
  type Assistant,
  type CreateAssistantRequest,
  type DeletedObject,
  Json,
  type ListQuery,
  type ListResponse,
  normalizeTools,
  notFound,
  unknownModel,
  type UpdateAssistantRequest,
} from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { assistantKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { updateRecord } from '../records/update-record.ts';
import { changeToolResources, createToolResources, updateToolResources } from '../tools/tool-resources.ts';

export interface AssistantService {
  create(request: CreateAssistantRequest): Promise<Json<Assistant>>;
  list(query: ListQuery): Promise<Json<ListResponse<Assistant>>>;
  retrieve(assistantId: string): Promise<Json<Assistant>>;
  update(assistantId: string, request: UpdateAssistantRequest): Promise<Json<Assistant>>;
  delete(assistantId: string): Promise<Json<DeletedObject>>;
}

export function createAssistantService(context: EngineContext): AssistantService {
  const { storage, ids, models } = context;

  return {
    async create(request) {
      if (!models.accepts(request.model)) throw unknownModel(request.model);
      const tools = normalizeTools(request.tools ?? []);
      const assistant: Assistant = {
        id: ids.create('assistant'),
        object: 'assistant',
        created_at: unixSeconds(),
        name: request.name ?? null,
        description: request.description ?? null,
        model: request.model,
        instructions: request.instructions ?? null,
        tools,
        top_p: request.top_p ?? 1,
        temperature: request.temperature ?? 1,
        reasoning_effort: request.reasoning_effort ?? null,
        tool_resources: await createToolResources(context, request.tool_resources ?? {}, { tools }),
        metadata: request.metadata ?? {},
        response_format: request.response_format ?? 'auto',
      };
      const json = Json.of(assistant);
      await storage.commit({ writes: [{ write: 'insert', key: assistantKey(assistant.id), body: json.text }] });
      return json;
    },

    list: (query) => listPage(storage, { kind: 'assistant', path: [] }, query),

    async retrieve(assistantId) {
      const record = await storage.get(assistantKey(assistantId));
      if (!record) throw notFound('assistant', assistantId);
      return Json.parse(record.body);
    },

    async update(assistantId, request) {
      const { model } = request;
      if (model != null && !models.accepts(model)) throw unknownModel(model);
      const resources = await updateToolResources(storage, request.tool_resources ?? {});
      return updateRecord(
        storage,
        assistantKey(assistantId),
        (assistant) => ({
          value: {
            ...assistant,
            // An explicit null clears what may be cleared; a field left out stays.
            name: request.name === undefined ? assistant.name : request.name,
            description: request.description === undefined ? assistant.description : request.description,
            model: model ?? assistant.model,
            instructions: request.instructions === undefined ? assistant.instructions : request.instructions,
            tools: request.tools ? normalizeTools(request.tools) : assistant.tools,
            top_p: request.top_p === undefined ? assistant.top_p : (request.top_p ?? 1),
            temperature: request.temperature === undefined ? assistant.temperature : (request.temperature ?? 1),
            reasoning_effort:
              request.reasoning_effort === undefined ? assistant.reasoning_effort : request.reasoning_effort,
            tool_resources: changeToolResources(assistant.tool_resources, request.tool_resources, resources),
            metadata: request.metadata === undefined ? assistant.metadata : (request.metadata ?? {}),
            response_format:
              request.response_format === undefined ? assistant.response_format : (request.response_format ?? 'auto'),
          },
        }),
        () => notFound('assistant', assistantId),
      );
    },

    delete: (assistantId) =>
      deleteRecord(
        storage,
        assistantKey(assistantId),
        { id: assistantId, object: 'assistant.deleted', deleted: true },
        () => notFound('assistant', assistantId),
      ),
  };
}

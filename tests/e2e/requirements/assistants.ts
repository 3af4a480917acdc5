import { type Area, testsOf } from './requirement.ts';

const objects = testsOf('tests/e2e/objects.test.ts', 'objects through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const assistantSettings = testsOf('tests/e2e/assistant-settings.test.ts');
const answers = testsOf('tests/e2e/answers.test.ts', 'answers through openai $major');
const properties = testsOf('tests/e2e/properties.test.ts');

export const assistants: Area = {
  name: 'Assistants',
  works: 'create, list, retrieve, modify and delete, with tools, tool resources and response formats',
  routes: [
    'POST /assistants',
    'GET /assistants',
    'GET /assistants/{id}',
    'POST /assistants/{id}',
    'DELETE /assistants/{id}',
  ],
  requirements: [
    {
      id: 'assistants.defaults',
      promise:
        'An assistant made from a model alone shows every field, with null, an empty value or the documented default where nothing was given.',
      source: 'recorded traffic 2025-10',
      tests: [objects('assistants > shows every field, with its default where none was given')],
    },
    {
      id: 'assistants.echo',
      promise: 'What an assistant was made with is what it shows, at once and when it is retrieved.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [objects('assistants > keeps what was given and fills in the tools')],
    },
    {
      id: 'assistants.keys',
      promise: 'An assistant has exactly the keys of recorded traffic, in their order.',
      source: 'recorded traffic 2025-10',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'assistant')],
    },
    {
      id: 'assistants.id',
      promise: 'Ids of assistants begin with asst_ and have at least 24 letters and digits behind it.',
      source: 'recorded traffic 2025-10',
      tests: [objects('assistants > shows every field, with its default where none was given')],
    },
    {
      id: 'assistants.created-at',
      promise: 'created_at is the time of creation in whole seconds.',
      source: 'OpenAPI: AssistantObject',
      tests: [objects('assistants > shows every field, with its default where none was given')],
    },
    {
      id: 'assistants.model-required',
      promise: 'An assistant without a model is refused as lacking a required parameter.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [refusals('of bodies > an assistant with %s', 'no model')],
    },
    {
      id: 'assistants.model-type',
      promise: 'A model that is no string is refused with the type that was expected and the one that came.',
      source: 'recorded traffic 2025-10',
      tests: [refusals('of bodies > an assistant with %s', 'a number for a model')],
    },
    {
      id: 'assistants.model-unknown',
      promise:
        'A model that the server cannot route is refused as model_not_found when an assistant is made or changed.',
      source: 'field reports',
      tests: [
        assistantSettings('settings of an assistant > are refused with %s', 'a model that the server does not know'),
        assistantSettings('settings of an assistant > are refused by an update as they are at first'),
      ],
    },
    {
      id: 'assistants.unknown-parameter',
      promise: 'An unknown key of the body is refused as an unknown parameter.',
      source: 'OpenAPI: additionalProperties false',
      tests: [refusals('of bodies > an assistant with %s', 'an unknown parameter')],
    },
    {
      id: 'assistants.v1-files',
      promise: 'file_ids of version 1 are refused as an unknown parameter.',
      source: 'Assistants API guide: migration',
      tests: [assistantSettings('settings of an assistant > are refused with %s', 'v1 files')],
    },
    {
      id: 'assistants.name-limit',
      promise: 'A name has at most 256 characters.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        refusals('of bodies > an assistant with %s', 'a name too long'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.name-characters',
      promise: 'The length of a name is counted in characters, not in bytes or UTF-16 units.',
      source: 'unconfirmed: safest for clients',
      tests: [refusals('of bodies > takes everything that is just within its limit')],
    },
    {
      id: 'assistants.description-limit',
      promise: 'A description has at most 512 characters.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        refusals('of bodies > an assistant with %s', 'a description too long'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.instructions-limit',
      promise: 'Instructions have at most 256,000 characters.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        refusals('of bodies > an assistant with %s', 'instructions too long'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.temperature-bounds',
      promise: 'A temperature is from 0 to 2.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        refusals('of bodies > an assistant with %s', 'a temperature too high'),
        refusals('of bodies > an assistant with %s', 'a temperature too low'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.temperature-type',
      promise: 'A temperature that is no number is refused as a wrong type.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [assistantSettings('settings of an assistant > are refused with %s', 'a temperature of another type')],
    },
    {
      id: 'assistants.top-p-bounds',
      promise: 'top_p is from 0 to 1.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        assistantSettings('settings of an assistant > are refused with %s', 'a top_p above 1'),
        assistantSettings('settings of an assistant > are refused with %s', 'a top_p below 0'),
      ],
    },
    {
      id: 'assistants.reasoning-effort',
      promise: 'Every documented reasoning_effort is taken and shown, null too; another is refused.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        assistantSettings('settings of an assistant > reasoning_effort may be %s'),
        assistantSettings('settings of an assistant > are refused with %s', 'another effort'),
      ],
    },
    {
      id: 'assistants.nulls',
      promise: 'A field that is null counts as left out when an assistant is made.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [assistantSettings('settings of an assistant > count as left out where they are null')],
    },
    {
      id: 'assistants.tools-limit',
      promise: 'An assistant has at most 128 tools.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        refusals('of bodies > an assistant with %s', 'too many tools'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.tools-type',
      promise: 'A tool without a type, or of a type there is not, is refused with the types there are.',
      source: 'OpenAPI: AssistantObject',
      tests: [
        assistantSettings('tools of an assistant > are refused %s', 'without a type'),
        assistantSettings('tools of an assistant > are refused %s', 'of an unknown type'),
      ],
    },
    {
      id: 'assistants.tools-retrieval',
      promise: 'The tool retrieval of version 1 is refused with the tools there are.',
      source: 'Assistants API guide: migration',
      tests: [refusals('of bodies > an assistant with %s', 'a tool of another API version')],
    },
    {
      id: 'assistants.function-defaults',
      promise:
        'A function is shown with strict: false and an empty schema of parameters where it was given none, and without a description.',
      source: 'recorded traffic 2024-04',
      tests: [
        assistantSettings(
          'tools of an assistant > are shown with what was left out: %s',
          'a function with nothing but its name',
        ),
        assistantSettings(
          'tools of an assistant > are shown with what was left out: %s',
          'a function whose strictness is null',
        ),
      ],
    },
    {
      id: 'assistants.function-echo',
      promise: 'A function that was given in full is shown as it was given, a strict one too.',
      source: 'recorded traffic 2025-10',
      tests: [
        assistantSettings('tools of an assistant > are shown with what was left out: %s', 'a whole function'),
        assistantSettings('tools of an assistant > are shown with what was left out: %s', 'a strict function'),
      ],
    },
    {
      id: 'assistants.function-name',
      promise: 'A function has a name of 1 to 64 letters, digits, underscores and hyphens.',
      source: 'OpenAPI: FunctionObject',
      tests: [
        refusals('of bodies > an assistant with %s', 'a function without a name'),
        assistantSettings('tools of an assistant > are refused %s', 'with a name of other characters'),
        assistantSettings('tools of an assistant > are refused %s', 'with a name too long'),
        refusals('of bodies > takes everything that is just within its limit'),
      ],
    },
    {
      id: 'assistants.function-parameters',
      promise: 'Parameters of a function that are no JSON Schema of an object are refused.',
      source: 'OpenAPI: FunctionObject',
      tests: [
        assistantSettings('tools of an assistant > are refused %s', 'with parameters that are no object'),
        assistantSettings('tools of an assistant > are refused %s', 'with parameters of another type'),
      ],
    },
    {
      id: 'assistants.function-strict',
      promise: 'A strict function whose schema is open is refused as invalid_function_parameters, with the place.',
      source: 'field reports',
      tests: [assistantSettings('tools of an assistant > are refused %s', 'that are strict and take anything')],
    },
    {
      id: 'assistants.function-unknown-key',
      promise: 'An unknown key of a function is refused with its place.',
      source: 'OpenAPI: additionalProperties false',
      tests: [assistantSettings('tools of an assistant > are refused %s', 'with an unknown key')],
    },
    {
      id: 'assistants.file-search-defaults',
      promise:
        'file_search is shown with the default ranking options, and with max_num_results only where it was sent.',
      source: 'recorded traffic 2025-10',
      tests: [
        assistantSettings('tools of an assistant > are shown with what was left out: %s', 'file search'),
        assistantSettings(
          'tools of an assistant > are shown with what was left out: %s',
          'file search with all its options',
        ),
      ],
    },
    {
      id: 'assistants.file-search-bounds',
      promise: 'max_num_results is from 1 to 50, score_threshold from 0 to 1, and the ranker one of those there are.',
      source: 'OpenAPI: AssistantToolsFileSearch',
      tests: [
        assistantSettings('tools of an assistant > are refused %s', 'that search for nothing'),
        assistantSettings('tools of an assistant > are refused %s', 'that search for too much'),
        assistantSettings('tools of an assistant > are refused %s', 'with an impossible score'),
        assistantSettings('tools of an assistant > are refused %s', 'with an unknown ranker'),
      ],
    },
    {
      id: 'assistants.code-interpreter',
      promise: 'code_interpreter is shown as it was sent.',
      source: 'recorded traffic 2025-10',
      tests: [
        assistantSettings('tools of an assistant > are shown with what was left out: %s', 'the code interpreter'),
      ],
    },
    {
      id: 'assistants.response-format',
      promise: 'response_format is shown as it was set: auto, text, json_object or json_schema.',
      source: 'OpenAPI: AssistantsApiResponseFormatOption',
      tests: [
        assistantSettings('response_format of an assistant > is shown as it was set: %s', 'auto'),
        assistantSettings('response_format of an assistant > is shown as it was set: %s', 'text'),
        assistantSettings('response_format of an assistant > is shown as it was set: %s', 'json_object'),
        assistantSettings('response_format of an assistant > is shown as it was set: %s', 'a schema'),
        assistantSettings('response_format of an assistant > is shown as it was set: %s', 'a schema without a schema'),
      ],
    },
    {
      id: 'assistants.response-format-refused',
      promise: 'Another response_format is refused, and so is a schema without a name or with a bad one.',
      source: 'OpenAPI: ResponseFormatJsonSchema',
      tests: [
        assistantSettings('response_format of an assistant > is refused as %s', 'another word'),
        assistantSettings('response_format of an assistant > is refused as %s', 'another type'),
        assistantSettings('response_format of an assistant > is refused as %s', 'a schema of nothing'),
        assistantSettings('response_format of an assistant > is refused as %s', 'a schema without a name'),
        assistantSettings(
          'response_format of an assistant > is refused as %s',
          'a schema with a name of other characters',
        ),
        assistantSettings('response_format of an assistant > is refused as %s', 'a schema with a name too long'),
      ],
    },
    {
      id: 'assistants.tool-resources-empty',
      promise: 'An assistant with the code interpreter and no files shows an empty list of files.',
      source: 'recorded traffic 2025-10',
      tests: [
        assistantSettings('tool_resources > of an assistant have a list of files where it has the code interpreter'),
      ],
    },
    {
      id: 'assistants.tool-resources',
      promise: 'tool_resources are shown as set, whether the tool is enabled or not.',
      source: 'Assistants API guide: how it works',
      tests: [
        assistantSettings(
          'tool_resources > of an assistant are shown as set, the tool being there or not, and replaced tool by tool',
        ),
      ],
    },
    {
      id: 'assistants.tool-resources-update',
      promise: 'An update replaces the resources of the tools that it names and leaves the others.',
      source: 'unconfirmed: safest for clients',
      tests: [
        assistantSettings(
          'tool_resources > of an assistant are shown as set, the tool being there or not, and replaced tool by tool',
        ),
      ],
    },
    {
      id: 'assistants.tool-resources-refused',
      promise:
        'More than 20 files or one vector store, files and stores that do not exist, and other tools are refused.',
      source: 'OpenAPI: CreateAssistantRequest',
      tests: [
        assistantSettings('tool_resources > are refused with %s', 'more than 20 files'),
        assistantSettings('tool_resources > are refused with %s', 'a file that does not exist'),
        assistantSettings('tool_resources > are refused with %s', 'a vector store that does not exist'),
        assistantSettings('tool_resources > are refused with %s', 'two vector stores'),
        assistantSettings('tool_resources > are refused with %s', 'another tool'),
      ],
    },
    {
      id: 'assistants.vector-stores-helper',
      promise: 'vector_stores, which make a store, are unknown where something is only changed.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [assistantSettings('tool_resources > create no vector store where something is only changed')],
    },
    {
      id: 'assistants.update',
      promise: 'An update changes what it names and nothing else; an empty one changes nothing.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [objects('assistants > changes only what an update names')],
    },
    {
      id: 'assistants.update-metadata',
      promise: 'An update replaces metadata as a whole, and null clears them.',
      source: 'unconfirmed: safest for clients',
      tests: [objects('assistants > changes only what an update names')],
    },
    {
      id: 'assistants.update-nulls',
      promise: 'An update with null takes a setting back to its default.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [assistantSettings('settings of an assistant > go back to their defaults where an update has null')],
    },
    {
      id: 'assistants.update-tools',
      promise: 'An update replaces the tools as a whole, and leaves created_at.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [assistantSettings('settings of an assistant > keep the time of creation when they change')],
    },
    {
      id: 'assistants.update-refused',
      promise: 'A refused update changes nothing.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [assistantSettings('settings of an assistant > are refused by an update as they are at first')],
    },
    {
      id: 'assistants.list',
      promise: 'Assistants are listed newest first, by pages that after and before lead to.',
      source: 'OpenAPI: listAssistants',
      tests: [objects('assistants > lists newest first, page by page')],
    },
    {
      id: 'assistants.delete',
      promise:
        'A deleted assistant is answered as assistant.deleted and is not found any more; deleting it again is a 404.',
      source: 'OpenAPI: deleteAssistant',
      tests: [objects('assistants > is gone when deleted')],
    },
    {
      id: 'assistants.delete-runs',
      promise:
        'Runs and messages of an assistant stay readable and unchanged when it is changed or deleted; new runs of it are refused.',
      source: 'Assistants API guide: how it works',
      tests: [answers('polled > outlive their assistant, and do not change with it')],
    },
    {
      id: 'assistants.delete-files',
      promise: 'Files of a deleted assistant are kept.',
      source: 'Assistants API guide: how it works',
      tests: [assistantSettings('tool_resources > outlive their assistant')],
    },
    {
      id: 'assistants.not-found',
      promise:
        'An assistant that does not exist is a 404 with its id, whether it is retrieved, changed, deleted or to be run.',
      source: 'field reports',
      tests: [
        refusals('of objects that do not exist > an assistant'),
        refusals('of objects that do not exist > the assistant of a run'),
      ],
    },
    {
      id: 'assistants.any-body',
      promise:
        'Any body is either done and shown as it is kept, or refused with a whole error and leaves nothing behind.',
      source: 'project requirement',
      tests: [properties('whatever is sent to %s is done and shown as it is, or refused and leaves nothing behind')],
    },
    {
      id: 'assistants.tool-resources-null',
      promise: 'null clears the tool_resources of an assistant, and {} leaves them.',
      source: 'OpenAPI: ModifyAssistantRequest',
      tests: [objects('assistants > and threads clear their resources with null, and else replace them tool by tool')],
    },
  ],
};

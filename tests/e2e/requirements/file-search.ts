import { type Area, testsOf } from './requirement.ts';

const search = testsOf('tests/e2e/file-search.test.ts', 'a run that searches files');
const clients = testsOf('tests/e2e/file-search-clients.test.ts', 'file search through openai $major');

export const fileSearch: Area = {
  name: 'File search',
  works: 'runs search the files of their assistant and thread, and cite them',
  routes: ['POST /threads/{id}/runs'],
  requirements: [
    {
      id: 'file-search.events',
      promise:
        'A search is a step of its own, told of once; what it found comes with the completed step, each file with a score.',
      source: 'recorded traffic',
      tests: [search('tells of the search, gives the model numbered chunks, and turns its markers into citations')],
    },
    {
      id: 'file-search.citations',
      promise:
        'A marker that the model was given becomes a file_citation with its exact place, in one delta and in the message; any other stays text.',
      source: 'recorded traffic',
      tests: [
        search('tells of the search, gives the model numbered chunks, and turns its markers into citations'),
        search('does not tell its model of the markers of earlier answers'),
      ],
    },
    {
      id: 'file-search.clients',
      promise: 'The helpers of the SDKs upload, search, poll and stream, and citations lead to the names of files.',
      source: 'openai 4 to 7',
      tests: [clients('answers from files that were uploaded, with citations that lead to their names')],
    },
    {
      id: 'file-search.stores',
      promise: 'The stores of the assistant and of the thread are searched, as often as the model asks.',
      source: 'Assistants API guide: file search',
      tests: [search('searches the store of the thread as well, several times, also when it is polled')],
    },
    {
      id: 'file-search.include',
      promise: 'The text of results is shown only where include[] asks for it.',
      source: 'OpenAPI: include[]',
      tests: [search('shows what was found only to those who ask for it')],
    },
    {
      id: 'file-search.functions',
      promise: 'A search goes well with a function that the client answers, in the same step.',
      source: 'Assistants API guide: tools',
      tests: [search('keeps a search beside a function that its client answers')],
    },
    {
      id: 'file-search.choice',
      promise: 'tool_choice makes a run search first.',
      source: 'OpenAPI: AssistantsApiToolChoiceOption',
      tests: [search('is made to search first, under a name that no function has')],
    },
    {
      id: 'file-search.nothing',
      promise: 'A run goes on where there is nothing to be searched or found.',
      source: 'project requirement',
      tests: [
        search('goes on where a search cannot be made or finds nothing'),
        search('finds nothing in a store that was deleted meanwhile'),
      ],
    },
    {
      id: 'file-search.waits',
      promise: 'A run waits for the files of its thread that are being made searchable.',
      source: 'Assistants API guide: file search',
      tests: [search('waits for the files that were attached to its thread')],
    },
  ],
};

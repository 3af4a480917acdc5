import { type Area, testsOf } from './requirement.ts';

const stores = testsOf('tests/e2e/vector-stores.test.ts', 'vector stores through openai $major');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const files = testsOf('tests/e2e/vector-store-files.test.ts');
const searches = testsOf('tests/e2e/vector-store-search.test.ts', 'a search');
const embedder = testsOf('tests/e2e/vector-store-embedder.test.ts', 'a server with an embedder');
const expiry = testsOf('tests/e2e/vector-store-expiry.test.ts', 'a vector store whose time is up');

export const vectorStores: Area = {
  name: 'Vector stores',
  works: 'create, list, retrieve, modify, delete and search; files with attributes and chunking, batches, expiry',
  routes: [
    'POST /vector_stores',
    'GET /vector_stores',
    'GET /vector_stores/{id}',
    'POST /vector_stores/{id}',
    'DELETE /vector_stores/{id}',
    'POST /vector_stores/{id}/search',
    'POST /vector_stores/{id}/files',
    'GET /vector_stores/{id}/files',
    'GET /vector_stores/{id}/files/{id}',
    'POST /vector_stores/{id}/files/{id}',
    'DELETE /vector_stores/{id}/files/{id}',
    'GET /vector_stores/{id}/files/{id}/content',
    'POST /vector_stores/{id}/file_batches',
    'GET /vector_stores/{id}/file_batches/{id}',
    'POST /vector_stores/{id}/file_batches/{id}/cancel',
    'GET /vector_stores/{id}/file_batches/{id}/files',
  ],
  requirements: [
    {
      id: 'stores.lifecycle',
      promise: 'A store made from nothing shows every field; it is listed, changed field by field, and deleted.',
      source: 'recorded traffic 2025-09',
      tests: [stores('are made, listed, changed and deleted')],
    },
    {
      id: 'stores.unknown',
      promise: 'A store, a file or a batch of it that does not exist is a 404 by each of its routes.',
      source: 'field reports',
      tests: [
        stores('are made, listed, changed and deleted'),
        refusals('of objects that do not exist > a vector store'),
        refusals('of objects that do not exist > what is in a vector store'),
        refusals('of ids that are none > such as undefined'),
      ],
    },
    {
      id: 'stores.keys',
      promise:
        'Stores, their files, batches, contents and results have exactly the keys of recorded traffic, in their order.',
      source: 'recorded traffic 2025-09',
      tests: [
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'vector_store'),
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'vector_store.file'),
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'vector_store.file_batch'),
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'vector_store.file_content.page'),
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'vector_store.search_results.page'),
      ],
    },
    {
      id: 'stores.helpers',
      promise:
        'Assistants and threads make the store that they ask for; what messages attach for file_search goes into the store of the thread, which is made where there is none and expires after seven days.',
      source: 'guide: file search',
      tests: [stores('are made with assistants and threads, and by the attachments of messages')],
    },
    {
      id: 'stores.expiry',
      promise:
        'A store expires so many days after it was last used: it stays as expired, without files; searches are refused, and runs that search it fail.',
      source: 'guide: file search',
      tests: [
        expiry('has no files any more, and stays to say so'),
        expiry('is no longer so when it is used before'),
        searches('counts as use of its store'),
      ],
    },
    {
      id: 'stores.counts',
      promise: 'The counts, the usage and the status of a store are at every moment those of its files.',
      source: 'OpenAPI: VectorStoreObject',
      tests: [
        files('a file in a vector store > is in progress until it can be searched'),
        files('a batch of files > is cancelled: what is not done is left'),
        files('counts > are those of the files, whatever clients do at once'),
      ],
    },
    {
      id: 'stores.file',
      promise:
        'A file is in progress until it can be searched, shows how it is cut, and gives the text that is searched.',
      source: 'recorded traffic 2025-09',
      tests: [
        files('a file in a vector store > is in progress until it can be searched'),
        stores('take files, which are searched until they are removed'),
      ],
    },
    {
      id: 'stores.file-twice',
      promise:
        'A file that is added again is the same, and made searchable anew only where it failed or is cut otherwise.',
      source: 'unconfirmed: safest for clients',
      tests: [
        files('a file in a vector store > is the same when it is added again, unless it is to be cut otherwise'),
        files('a file in a vector store > that failed is tried anew when it is added again'),
        files('a file in a vector store > can be removed and added again while it is worked on'),
      ],
    },
    {
      id: 'stores.file-refused',
      promise: 'Files and stores that do not exist, and too large an overlap, are refused, and nothing is added.',
      source: 'OpenAPI: CreateVectorStoreFileRequest',
      tests: [
        files('a file in a vector store > is not added: %s', 'of files of which one does not exist'),
        files('a file in a vector store > is not added: %s', 'to a store that does not exist'),
        files('a file in a vector store > is not added: %s', 'with too large an overlap'),
      ],
    },
    {
      id: 'stores.retried',
      promise: 'What keeps a file from being searchable and may pass is tried again.',
      source: 'project requirement',
      tests: [files('a file in a vector store > is tried again after what may pass')],
    },
    {
      id: 'stores.file-removed',
      promise: 'A file that is removed from a store is found no more from then on, and stays itself.',
      source: 'OpenAPI: deleteVectorStoreFile',
      tests: [
        stores('take files, which are searched until they are removed'),
        files('a file in a vector store > goes with its store, and stays itself'),
      ],
    },
    {
      id: 'stores.file-deleted',
      promise: 'A file that is deleted or expires leaves all its stores, also one that is being made searchable.',
      source: 'OpenAPI: deleteFile',
      tests: [
        files('a file in a vector store > leaves all stores when it is deleted, also one that is worked on'),
        expiry('is left by a file whose own time is up'),
      ],
    },
    {
      id: 'stores.attributes',
      promise: 'Attributes are replaced as a whole, and null clears them.',
      source: 'OpenAPI: UpdateVectorStoreFileAttributesRequest',
      tests: [stores('take files, which are searched until they are removed')],
    },
    {
      id: 'stores.batch',
      promise:
        'A batch has completed when none of its files is in progress, also where some failed; its files are listed by status.',
      source: 'guide: file search',
      tests: [
        stores('take files together, some of which cannot be read'),
        files('a batch of files > gives each file its attributes, and takes those of others over'),
        files('a batch of files > loses the files that are removed'),
      ],
    },
    {
      id: 'stores.batch-cancelled',
      promise: 'A batch that is cancelled leaves what is not done; one that has ended stays as it ended.',
      source: 'recorded traffic 2025-09',
      tests: [
        files('a batch of files > is cancelled: what is not done is left'),
        stores('take files together, some of which cannot be read'),
      ],
    },
    {
      id: 'stores.batch-size',
      promise: 'A batch may have two thousand files.',
      source: 'OpenAPI: CreateVectorStoreFileBatchRequest',
      tests: [files('a batch of files > may have two thousand files')],
    },
    {
      id: 'stores.poll',
      promise: 'Files and batches that are in progress say when to ask again.',
      source: 'openai SDKs 4 to 7',
      tests: [files('a file in a vector store > names who asks for one that is in progress the time to ask again')],
    },
    {
      id: 'stores.search',
      promise: 'A search answers the best chunks first, as many as are asked for, above a score.',
      source: 'OpenAPI: VectorStoreSearchRequest',
      tests: [
        searches('finds the best first, as many as are asked for, above a score'),
        searches('takes several queries, and rewrites them where it is asked to'),
      ],
    },
    {
      id: 'stores.filters',
      promise: 'Searches are filtered by attributes, with every operator and nested and, or.',
      source: 'OpenAPI: ComparisonFilter, CompoundFilter',
      tests: [searches('finds %j by %j')],
    },
    {
      id: 'stores.search-refused',
      promise: 'Searches with a wrong query, filter, ranker, score or number of results are refused.',
      source: 'OpenAPI: VectorStoreSearchRequest',
      tests: [searches('is refused with %s', 'an empty one'), searches('is refused with %s', 'an unknown operator')],
    },
    {
      id: 'stores.embedder',
      promise:
        'With a model to embed with, files are found that share no word with the query; while it cannot be reached, by words.',
      source: 'project requirement',
      tests: [
        embedder('finds what no word says, by the vectors of the model that is configured'),
        embedder('finds by words while that model cannot be reached'),
      ],
    },
    {
      id: 'stores.vectors-later',
      promise:
        'Files that were added without an embedder, or with another, are given its vectors once they are searched.',
      source: 'project requirement',
      tests: [files('segments > are given vectors when there is something to make them with, once they are searched')],
    },
    {
      id: 'stores.shared',
      promise: 'Several servers share the files of a batch, and one that is lost leaves its own to the others.',
      source: 'project requirement',
      tests: [files('several servers > share the files of a batch, also those of one that is lost')],
    },
  ],
};

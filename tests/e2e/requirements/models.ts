import { type Area, testsOf } from './requirement.ts';

const files = testsOf('tests/e2e/files.test.ts', 'files and models through openai $major');
const http = testsOf('tests/e2e/http.test.ts');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const modelRouter = testsOf('packages/models/test/model-router.test.ts');

export const models: Area = {
  name: 'Models',
  works: 'list and retrieve what the providers have, with slashes in names',
  routes: ['GET /models', 'GET /models/{model}', 'DELETE /models/{model}'],
  requirements: [
    {
      id: 'models.list',
      promise:
        'The list of models has those of the upstream, each with id, created and owned_by, and no paging fields.',
      source: 'OpenAPI: listModels',
      tests: [files('the models of the upstream are listed and found'), http('models > are a list without pages')],
    },
    {
      id: 'models.keys',
      promise: 'A model and the list of them have exactly the keys of recorded traffic.',
      source: 'recorded traffic 2025-10',
      tests: [
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'model'),
        objectKeys('%s has exactly the keys of recorded traffic, in their order', 'page of models'),
      ],
    },
    {
      id: 'models.names',
      promise: 'A model is found by a name with slashes and colons, percent-encoded or not.',
      source: 'openai SDKs 4 to 7',
      tests: [http('models > are found by names with slashes and colons, encoded or not')],
    },
    {
      id: 'models.not-found',
      promise: 'A model that does not exist is a 404 as model_not_found, whatever is in its name.',
      source: 'recorded traffic 2025-10',
      tests: [
        refusals('of objects that do not exist > a model'),
        http('models > that are unknown are 404, whatever is in their names'),
      ],
    },
    {
      id: 'models.no-delete',
      promise: 'Models cannot be deleted: one that is there is a 403, one that is not a 404.',
      source: 'OpenAPI: deleteModel',
      tests: [http('models > cannot be deleted, whether they are there or not')],
    },
    {
      id: 'models.routing',
      promise:
        'A model named provider/model goes to that provider, a bare name to the default one, and an alias to what it stands for.',
      source: 'project requirement',
      tests: [
        modelRouter('createModelRouter > sends %s to %s as %s'),
        modelRouter('createModelRouter > lets an alias win over a model of that name, and lists it once'),
      ],
    },
  ],
};

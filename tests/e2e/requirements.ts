import { access } from './requirements/access.ts';
import { assistants } from './requirements/assistants.ts';
import { azure } from './requirements/azure.ts';
import { errors } from './requirements/errors.ts';
import { fileSearch } from './requirements/file-search.ts';
import { files } from './requirements/files.ts';
import { functionTools } from './requirements/function-tools.ts';
import { lists } from './requirements/lists.ts';
import { messages } from './requirements/messages.ts';
import { models } from './requirements/models.ts';
import { programs } from './requirements/programs.ts';
import type { Area } from './requirements/requirement.ts';
import { retries } from './requirements/retries.ts';
import { runSteps } from './requirements/run-steps.ts';
import { runs } from './requirements/runs.ts';
import { streaming } from './requirements/streaming.ts';
import { survival } from './requirements/survival.ts';
import { threads } from './requirements/threads.ts';
import { uploads } from './requirements/uploads.ts';
import { vectorStores } from './requirements/vector-stores.ts';

/** Everything that clients are promised, each with who says so and the tests that prove it. */
export const AREAS: readonly Area[] = [
  assistants,
  threads,
  messages,
  runs,
  functionTools,
  runSteps,
  streaming,
  files,
  uploads,
  vectorStores,
  fileSearch,
  models,
  lists,
  errors,
  access,
  retries,
  survival,
  azure,
  programs,
];

// `npm run compatibility`: writes the README's compatibility table from the table of promises.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AREAS } from '../tests/e2e/requirements.ts';
import { withCompatibilityTable } from '../tests/e2e/requirements/compatibility-table.ts';

const readme = join(import.meta.dirname, '../README.md');
writeFileSync(readme, withCompatibilityTable(readFileSync(readme, 'utf8'), AREAS));

import { parseArgs } from 'node:util';
import { describeRun } from '../process/machine.ts';
import { measureIngestion } from './measure-ingestion.ts';
import { measureQueries } from './measure-queries.ts';
import { measureRanking } from './measure-ranking.ts';

const PARTS = ['ingestion', 'queries', 'ranking'];

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: PARTS.join(',') },
    chunks: { type: 'string', default: '1000,10000' },
    dimensions: { type: 'string', default: '768' },
    rounds: { type: 'string', default: '40' },
  },
});
const { parts, chunks, dimensions, rounds } = values;
const wanted = new Set(parts.split(','));
for (const part of wanted) if (!PARTS.includes(part)) throw new Error(`Parts are ${PARTS.join(', ')}.`);

console.log(
  describeRun(
    `npm run benchmark -- retrieval --parts ${parts} --chunks ${chunks} --dimensions ${dimensions} --rounds ${rounds}`,
  ),
);
if (wanted.has('ingestion')) await measureIngestion();
if (wanted.has('queries')) await measureQueries(chunks.split(',').map(Number), Number(dimensions), Number(rounds));
if (wanted.has('ranking')) await measureRanking();

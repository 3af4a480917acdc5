import type { CollectedTest } from './collect-tests.ts';
import type { Area, Proof, Requirement } from './requirement.ts';

/**
 * What is wrong with a table of promises: one without proof, one whose proof does not exist or does not run, two with one id.
 *
 * @param readCases - The source in which the titles of a test file's cases are looked for.
 */
export function findFaults(
  areas: readonly Area[],
  tests: readonly CollectedTest[],
  readCases: (file: string) => string,
): string[] {
  const requirements = areas.flatMap((area) => area.requirements);
  const known = new Map(tests.map((test) => [`${test.file} > ${test.name}`, test]));

  const faultOfProof = ({ file, test, case: title }: Proof): string[] => {
    const found = known.get(`${file} > ${test}`);
    if (!found) return [`there is no test '${test}' in ${file}`];
    if (!found.runs) return [`the test '${test}' in ${file} does not run`];
    if (title === undefined || hasLiteral(readCases(file), title)) return [];
    return [`the test '${test}' in ${file} has no case '${title}'`];
  };
  const faultsOfRequirement = ({ id, tests: proofs }: Requirement): string[] => {
    const faults = proofs.length === 0 ? ['there is no proof'] : proofs.flatMap(faultOfProof);
    return faults.map((fault) => `${id}: ${fault}`);
  };
  const duplicates = [...Map.groupBy(requirements, ({ id }) => id)]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => `${id}: ${same.length} promises have this id`);
  return [...duplicates, ...requirements.flatMap(faultsOfRequirement)];
}

/** Whether a source has this text as a string, or as a key of an object. */
function hasLiteral(source: string, text: string): boolean {
  const isKey = (line: string): boolean => line.trimStart().startsWith(`${text}:`);
  return ["'", '"', '`'].some((quote) => source.includes(quote + text + quote)) || source.split('\n').some(isKey);
}

import type { Area, Proof, Requirement } from './requirement.ts';

const BEGIN = '<!-- compatibility table: begin (npm run compatibility writes it) -->';
const END = '<!-- compatibility table: end -->';

/** How the clients that tests drive are called in the table, by the outermost suite or the file of the test. */
const CLIENTS: readonly (readonly [pattern: RegExp, client: string])[] = [
  [/^tests\/e2e\/azure\/azure-openai/, '`AzureOpenAI` of `openai`'],
  [/^tests\/e2e\/azure\/openai-assistants/, '`@azure/openai-assistants`'],
  [/^tests\/e2e\/azure\/ai-agents/, '`@azure/ai-agents`'],
  [/^tests\/e2e\/langchain/, '`@langchain/classic`'],
  [/openai \$major|^tests\/e2e\/(?:examples|readme)/, '`openai`'],
  [/./, 'plain HTTP'],
];

/** The text with the table of these areas between its two markers. @throws when the markers are not there. */
export function withCompatibilityTable(text: string, areas: readonly Area[]): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`There is no '${BEGIN}' before '${END}'.`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${toTable(areas)}\n\n${text.slice(end)}`;
}

function toTable(areas: readonly Area[]): string {
  const rows = areas.map(({ name, works, routes, requirements }) => [
    name,
    works,
    [...new Set(routes.map(pathOf))].join(', '),
    String(requirements.length),
    clientsOf(requirements).join(', '),
  ]);
  const table = [['', 'What works', 'Where', 'Promises', 'Proven with'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(3, ...table.map((row) => row[column]!.length)));
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = table;
  return [toLine(head!), toLine(widths.map((width) => '-'.repeat(width))), ...body.map(toLine)].join('\n');
}

/** The path of a route as code, without its method; other words as they are. */
function pathOf(route: string): string {
  return route.includes('/') ? `\`${route.replace(/^[A-Z]+ /, '')}\`` : route;
}

/** The clients that prove something, each with the number of promises it proves. */
function clientsOf(requirements: readonly Requirement[]): string[] {
  const used = requirements.flatMap(({ tests }) => [...new Set(tests.map(clientOf))]);
  const count = (client: string): number => used.filter((other) => other === client).length;
  return CLIENTS.filter(([, client]) => used.includes(client)).map(([, client]) => `${client} (${count(client)})`);
}

function clientOf({ file, test }: Proof): string | undefined {
  return CLIENTS.find(([pattern]) => pattern.test(`${file} > ${test}`))?.[1];
}

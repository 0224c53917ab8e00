/** The example's files and the closes they rest on, as rows that can be dealt out to several imports. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { textSource } from '../../commands/import/sources.ts';
import type { ImportSource } from '../../commands/import/types.ts';
import { PRICES_FILE } from '../commands/support/data.ts';
import type { Random } from '../support/random.ts';

export const EXAMPLE_DIRECTORY = fileURLToPath(new URL('apple-basf', import.meta.url));

export type TableName = 'portfolios' | 'securities' | 'splits' | 'fx-rates' | 'transactions' | 'prices';

/** A CSV file without quoted cells. */
export interface Table {
  readonly header: string;
  readonly lines: readonly string[];
}

export type Tables = Readonly<Record<TableName, Table>>;

function readTable(path: string): Table {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  return { header, lines };
}

export function readTables(): Tables {
  const own = (name: TableName) => readTable(`${EXAMPLE_DIRECTORY}/${name}.csv`);
  return {
    portfolios: own('portfolios'),
    securities: own('securities'),
    splits: own('splits'),
    'fx-rates': own('fx-rates'),
    transactions: own('transactions'),
    prices: readTable(PRICES_FILE),
  };
}

/** Rows by the names of the header; an empty cell is ''. */
export function records({ header, lines }: Table): Readonly<Record<string, string>>[] {
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

export function tableSource(name: TableName, { header, lines }: Table): ImportSource {
  return textSource(`${name}.csv`, 'csv', [header, ...lines].join('\n'), name);
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** The rows of the tables named, in any order, each in one of so many imports. */
export function dealtOut(
  tables: Tables,
  names: readonly TableName[],
  imports: number,
  random: Random,
): ImportSource[][] {
  const deals = Array.from({ length: imports }, (): ImportSource[] => []);
  for (const name of names) {
    const { header, lines } = tables[name];
    const parts = deals.map((): string[] => []);
    for (const line of shuffled(lines, random)) random.pick(parts).push(line);
    for (const [i, part] of parts.entries())
      if (part.length > 0) deals[i]!.push(tableSource(name, { header, lines: part }));
  }
  return deals.map((sources) => shuffled(sources, random));
}

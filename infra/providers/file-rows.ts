/** The rows of a file of bars: CSV by its header, JSON by paths, NDJSON line by line. */
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { ProviderError } from '../../projections/market/provider.ts';
import type { BarFault } from '../../projections/market/provider.ts';
import type { RawBar } from './bar-rows.ts';
import { BAR_FIELDS } from './bar-rows.ts';
import { jsonPath } from './json-path.ts';
import { masked } from './http-client.ts';

export interface FileRow {
  readonly raw: RawBar & { readonly symbol?: unknown };
  readonly where: string;
}

type Names = Readonly<Partial<Record<(typeof BAR_FIELDS)[number] | 'symbol', string>>>;

const FIELDS = [...BAR_FIELDS, 'symbol'] as const;
/** What people call the columns. */
const ALIASES: Readonly<Partial<Record<(typeof FIELDS)[number], readonly string[]>>> = {
  time: ['time', 'date', 'datetime', 'timestamp'],
  symbol: ['symbol', 'ticker', 'ric'],
};
/** A JSON document is read as a whole. */
const LARGEST_DOCUMENT = 256 * 1024 * 1024;

/** @throws ProviderError when the file as a whole cannot be read */
export async function* fileRows(
  path: string,
  rows: string,
  names: Names,
  onFault: (fault: BarFault) => void,
): AsyncGenerator<FileRow> {
  try {
    switch (extname(path).toLowerCase()) {
      case '.json':
        yield* documentRows(path, rows, names);
        break;
      case '.ndjson':
      case '.jsonl':
        yield* lineRows(path, names, onFault);
        break;
      default:
        yield* csvRows(path, names);
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof CsvError || error instanceof SyntaxError)
      throw new ProviderError('bad_answer', `${path}: ${error.message}`, { cause: error });
    throw new ProviderError('unavailable', `${path} cannot be read`, {
      cause: masked(error, (text) => text),
    });
  }
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* csvRows(path: string, names: Names): AsyncGenerator<FileRow> {
  const options = {
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
  };
  const input = createReadStream(path);
  const parser = parse({ ...options, delimiter: [',', ';', '\t'] });
  input.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<Parsed> = input.pipe(parser);
  let columns: (readonly [name: string, at: number])[] | undefined;
  try {
    for await (const { record, info } of records) {
      if (!columns) {
        columns = columnsOf(record, names, path);
        continue;
      }
      const raw = Object.fromEntries(columns.map(([field, at]) => [field, record[at]?.trim()]));
      yield { raw, where: `${path} line ${info.lines}` };
    }
  } finally {
    input.destroy();
  }
  if (!columns) throw new ProviderError('bad_answer', `${path} line 1: there is no header`);
}

function columnsOf(header: readonly string[], names: Names, path: string): [string, number][] {
  const cells = header.map((cell) => cell.trim().toLowerCase());
  const found = FIELDS.flatMap((field): [string, number][] => {
    const wanted = names[field] === undefined ? (ALIASES[field] ?? [field]) : [names[field].toLowerCase()];
    const at = wanted.map((name) => cells.indexOf(name)).find((index) => index >= 0);
    return at === undefined ? [] : [[field, at]];
  });
  for (const needed of ['time', 'close'])
    if (!found.some(([field]) => field === needed))
      throw new ProviderError('bad_answer', `${path} line 1, ${needed}: there is no such column`);
  return found;
}

function readerOf(names: Names): (row: unknown) => FileRow['raw'] {
  const paths = FIELDS.map((field) => {
    const texts = names[field] === undefined ? (ALIASES[field] ?? [field]) : [names[field]];
    return [field, texts.map(jsonPath)] as const;
  });
  return (row) =>
    Object.fromEntries(
      paths.map(([field, alternatives]) => [
        field,
        alternatives.flatMap((path) => path(row)).find((value) => value !== undefined),
      ]),
    );
}

async function* documentRows(path: string, rows: string, names: Names): AsyncGenerator<FileRow> {
  const { size } = await stat(path);
  if (size > LARGEST_DOCUMENT)
    throw new ProviderError(
      'bad_answer',
      `${path} has more than ${LARGEST_DOCUMENT} bytes: make it NDJSON or CSV`,
    );
  const document: unknown = JSON.parse(await readFile(path, 'utf8'));
  const read = readerOf(names);
  const found = jsonPath(rows)(document);
  for (const [index, row] of found.entries()) yield { raw: read(row), where: `${path} row ${index + 1}` };
}

async function* lineRows(
  path: string,
  names: Names,
  onFault: (fault: BarFault) => void,
): AsyncGenerator<FileRow> {
  const read = readerOf(names);
  const handle = await open(path);
  let line = 0;
  // The lines close the file when they are over or left.
  for await (const text of handle.readLines({ encoding: 'utf8' })) {
    line += 1;
    if (text.trim() === '') continue;
    const where = `${path} line ${line}`;
    try {
      yield { raw: read(JSON.parse(text)), where };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      onFault({ where, rule: 'is not JSON' });
    }
  }
}

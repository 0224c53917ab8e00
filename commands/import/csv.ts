/** CSV files: a header of field names, then one command a row. Empty cells are absent fields. */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { ImportCommand } from './kinds.ts';
import { commandSchemas } from '../schemas/commands.ts';
import { ALIASES, commandOf, UNKNOWN_COMMAND } from './kinds.ts';
import type { SourceRow } from './rows.ts';
import { badRow, decoded } from './rows.ts';
import type { ImportSource } from './types.ts';

type Cell = (text: string) => unknown;

/** Cells are text; the fields that are not text, numbers included, are read here. */
const CELLS: Readonly<Record<string, Cell>> = {
  allow_short: truth,
  prices_adjusted: truth,
  epoch: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text),
  lots: lotsOf,
};

function truth(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}

/** `lot_id:quantity` pairs with spaces between; an identifier may contain colons itself. */
function lotsOf(text: string): unknown {
  return text.split(/\s+/).map((pair) => {
    const colon = pair.lastIndexOf(':');
    return colon < 0 ? { lot_id: pair } : { lot_id: pair.slice(0, colon), quantity: pair.slice(colon + 1) };
  });
}

interface Header {
  readonly command: ImportCommand;
  readonly columns: readonly { readonly name: string; readonly cell: Cell | undefined }[];
}

function readHeader(cells: readonly string[], given: ImportCommand | undefined): Header | SourceRow[] {
  const names = cells.map((cell) => cell.trim());
  const command = given ?? commandOf(names);
  if (!command) return [badRow(1, { field: '', rule: 'unknown_kind', message: UNKNOWN_COMMAND }, true)];
  const shape = commandSchemas[command].shape;
  const columns = names.map((name) => ({
    name: Object.hasOwn(shape, name) ? name : (ALIASES[name] ?? name),
    cell: CELLS[name],
  }));
  const problems = columns.flatMap(({ name }, i) => {
    if (columns.findIndex((other) => other.name === name) < i)
      return [badRow(1, { field: name, rule: 'unique', message: 'stands twice in the header' }, true)];
    if (Object.hasOwn(shape, name)) return [];
    const message = `there is no field ${JSON.stringify(names[i])} in ${command}`;
    return [badRow(1, { field: names[i]!, rule: 'unknown_field', message }, true)];
  });
  return problems.length > 0 ? problems : { command, columns };
}

function delimiterOf(text: string): string {
  const [header = ''] = text.split('\n', 1);
  return [',', ';', '\t'].find((each) => header.includes(each)) ?? ',';
}

/** The source's text again, and the character that separates its cells, seen in its first line. */
async function sniff(chunks: AsyncGenerator<string>) {
  const first = await chunks.next();
  const head = first.done ? '' : first.value;
  async function* all() {
    yield head;
    yield* chunks;
  }
  return { delimiter: delimiterOf(head), chunks: all() };
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The rows of a CSV source. A fault of the format itself ends it, since what follows cannot be trusted. */
export async function* csvRows(source: ImportSource): AsyncGenerator<SourceRow> {
  const { delimiter, chunks } = await sniff(decoded(source.read()));
  const parser = parse({
    bom: true,
    info: true,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1_000_000,
  });
  const input = Readable.from(chunks).on('error', (error) => parser.destroy(error));
  const rows: AsyncIterable<Parsed> = input.pipe(parser);
  let header: Header | undefined;
  try {
    for await (const { record, info } of rows) {
      if (header) {
        yield dataRow(record, info.lines, header);
        continue;
      }
      const read = readHeader(record, source.command);
      if (Array.isArray(read)) {
        yield* read;
        return;
      }
      header = read;
    }
    if (!header) yield badRow(1, { field: '', rule: 'not_empty', message: 'the file has no header' }, true);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    yield badRow(
      line,
      { field: '', rule: 'csv', message: `${error.message}; nothing after it was read` },
      true,
    );
  } finally {
    input.destroy();
  }
}

function dataRow(record: readonly string[], line: number, header: Header): SourceRow {
  const { command, columns } = header;
  if (record.length !== columns.length)
    return badRow(line, {
      field: '',
      rule: 'columns',
      message: `has ${record.length} cells where the header has ${columns.length}`,
    });
  const value: Record<string, unknown> = {};
  for (let i = 0; i < record.length; i++) {
    const text = record[i]!.trim();
    if (text === '') continue;
    const { name, cell } = columns[i]!;
    value[name] = cell ? cell(text) : text;
  }
  return { line, command, value: { ok: true, value } };
}

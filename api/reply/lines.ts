/** Rows as lines: CSV and NDJSON. */
import { csvLine } from './csv.ts';
import { namesOf } from './columns.ts';
import { NOTHING } from './encoder.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';

const ROWS_PER_STEP = 500;

const utf8 = new TextEncoder();

/** A header line with the columns' names, then a line for each row. */
export function csvEncoder({ columns }: Pick<EncoderOptions, 'columns'>): RowEncoder {
  const names = namesOf(columns);
  return {
    start: () => utf8.encode(csvLine(names)),
    rows: (rows) => linesOf(rows, (row) => csvLine(names.map((name): unknown => Reflect.get(row, name)))),
    end: () => [],
  };
}

export function ndjsonEncoder(): RowEncoder {
  return {
    start: () => NOTHING,
    rows: (rows) => linesOf(rows, (row) => `${JSON.stringify(row)}\n`),
    end: () => [],
  };
}

function* linesOf(rows: readonly object[], line: (row: object) => string): Generator<Uint8Array, void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STEP)
    yield utf8.encode(
      rows
        .slice(start, start + ROWS_PER_STEP)
        .map(line)
        .join(''),
    );
}

/** Rows as lines: CSV and NDJSON. */
import { csvLine } from './csv.ts';
import { namesOf } from './columns.ts';
import { NOTHING } from './encoder.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';

const utf8 = new TextEncoder();

/** A header line with the columns' names, then a line for each row. */
export function csvEncoder({ columns }: Pick<EncoderOptions, 'columns'>): RowEncoder {
  const names = namesOf(columns);
  return {
    start: () => utf8.encode(csvLine(names)),
    rows: (rows) =>
      utf8.encode(rows.map((row) => csvLine(names.map((name): unknown => Reflect.get(row, name)))).join('')),
    end: () => NOTHING,
  };
}

export function ndjsonEncoder(): RowEncoder {
  return {
    start: () => NOTHING,
    rows: (rows) => utf8.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    end: () => NOTHING,
  };
}

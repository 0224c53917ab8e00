/** Rows of figures by time, as JSON and CSV have them in common. */
import { isoDate } from '../../domain/dates.ts';
import type { ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { csvLine } from '../reply/csv.ts';

/** `time` in Unix seconds and the same as `date`: of a day its date, otherwise an instant. */
export function timeOf(ms: number, daily: boolean): { readonly time: number; readonly date: string } {
  return {
    time: ms / 1000,
    date: daily ? isoDate(ms / 86_400_000) : new Date(ms).toISOString(),
  };
}

/** With a first line of names; what is `null` or absent is an empty cell. */
export function csvRows(
  c: ApiContext,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Response {
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column])));
  return c.body(csvLine(columns) + lines.join(''), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
}

/** @throws Problem for a range that ends before it begins */
export function checkRange(start: number | undefined, end: number | undefined): void {
  if (start !== undefined && end !== undefined && start > end) {
    throw new Problem('invalid-parameter', 'end: must not be before start');
  }
}

/** A list of rows as JSON, CSV or NDJSON, sent in pieces. */
import type { Version } from '../../projections/queries/read-model.ts';
import type { ApiContext } from '../http/context.ts';
import { csvLine } from './csv.ts';
import { etagOf } from './etag.ts';
import { FORMATS } from './format.ts';
import type { Format } from './format.ts';

const ROWS_PER_PIECE = 500;

export interface Table<Row extends object> {
  /** The members that stand before the rows in JSON. */
  readonly head: object;
  /** The member that holds the rows in JSON. */
  readonly name: string;
  /** The columns of CSV, in their order. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** The cursor of the next page; absent for lists that have no pages. */
  readonly next?: string | null;
  readonly completeThrough?: string | null;
}

/** The headers of a reply that shows a version of the books. */
export function versionHeaders(version: Version, format: string): Record<string, string> {
  return {
    ETag: etagOf(version, format),
    'X-Chronofolio-Position': String(version.position),
    // Kept, but never used without asking whether it still holds.
    'Cache-Control': 'private, no-cache',
    Vary: 'Accept',
  };
}

export function tableResponse<Row extends object>(
  c: ApiContext,
  table: Table<Row>,
  format: Format,
  version: Version,
): Response {
  const headers: Record<string, string> = {
    ...versionHeaders(version, format),
    'Content-Type': format === 'csv' ? `${FORMATS.csv}; charset=utf-8; header=present` : FORMATS[format],
  };
  if (table.completeThrough) headers['X-Chronofolio-Complete-Through'] = table.completeThrough;
  if (table.next) headers['Link'] = `<${nextAddress(c, table.next)}>; rel="next"`;
  return new Response(streamed(pieces(table, format)), { headers });
}

function nextAddress(c: ApiContext, cursor: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set('cursor', cursor);
  return url.pathname + url.search;
}

function* pieces<Row extends object>(table: Table<Row>, format: Format): Generator<string, void> {
  switch (format) {
    case 'json':
      return yield* jsonPieces(table);
    case 'csv':
      yield csvLine(table.columns);
      return yield* rowPieces(table.rows, (row) =>
        csvLine(table.columns.map((column): unknown => Reflect.get(row, column))),
      );
    case 'ndjson':
      return yield* rowPieces(table.rows, (row) => `${JSON.stringify(row)}\n`);
    default:
      return format satisfies never;
  }
}

function* jsonPieces<Row extends object>({ head, name, rows, next }: Table<Row>): Generator<string, void> {
  const before = JSON.stringify(head).slice(0, -1);
  yield `${before}${before === '{' ? '' : ','}${JSON.stringify(name)}:[`;
  for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
    const text = JSON.stringify(rows.slice(start, start + ROWS_PER_PIECE));
    yield (start === 0 ? '' : ',') + text.slice(1, -1);
  }
  yield next === undefined ? ']}' : `],"next_cursor":${JSON.stringify(next)}}`;
}

function* rowPieces<Row>(rows: readonly Row[], print: (row: Row) => string): Generator<string, void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_PIECE)
    yield rows
      .slice(start, start + ROWS_PER_PIECE)
      .map(print)
      .join('');
}

/** Pulls a piece whenever the client has taken the one before. */
function streamed(source: Generator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

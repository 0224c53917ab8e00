/** A list of rows in any of the formats, sent in pieces. */
import type { ShownVersion } from '../../projections/queries/read-model.ts';
import type { ApiContext } from '../http/context.ts';
import { arrowEncoder } from './arrow.ts';
import type { Column } from './columns.ts';
import type { EncoderOptions, RowEncoder } from './encoder.ts';
import { etagOf } from './etag.ts';
import { FORMATS, PICTURE } from './format.ts';
import type { Format } from './format.ts';
import { csvEncoder, ndjsonEncoder } from './lines.ts';
import { NUMBERS } from './numbers.ts';
import type { Numbers } from './numbers.ts';
import { parquetEncoder } from './parquet.ts';
import { turn } from './turns.ts';

const ROWS_PER_PIECE = 500;
/** A record batch: fewer and larger ones are what its readers like. */
const ROWS_PER_BATCH = 5_000;

export interface Table<Row extends object> {
  /** The members that stand before the rows in JSON. */
  readonly head: object;
  /** The member that holds the rows in JSON. */
  readonly name: string;
  /** The columns of the other formats, in their order. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Whether the rows are kept from reply to reply, so that their JSON is worth keeping with them. */
  readonly kept?: boolean;
  /** The cursor of the next page; absent for lists that have no pages. */
  readonly next?: string | null;
  readonly completeThrough?: string | null;
}

/** The headers of a reply that shows a version of the books. */
export function versionHeaders({ position, tag }: ShownVersion, format: string): Record<string, string> {
  return {
    // Who may not be told the position gets a tag of what the reply holds in the place of this one: see `concealed`.
    ETag: etagOf({ position: position ?? 0, tag }, format),
    ...(position === null ? {} : { 'X-Chronofolio-Position': String(position) }),
    // Kept, but never used without asking whether it still holds.
    'Cache-Control': 'private, no-cache',
    Vary: 'Accept',
  };
}

/** The reply to a client that has what it asks for. */
export function unchangedResponse(version: ShownVersion, format: Format | keyof typeof PICTURE): Response {
  // Caches take over what a 304 says, and the HTTP server calls a reply without a type plain text.
  const type = format === 'svg' ? PICTURE.svg : contentType(format);
  return new Response(null, {
    status: 304,
    headers: { ...versionHeaders(version, format), 'Content-Type': type },
  });
}

function contentType(format: Format): string {
  return format === 'csv' ? `${FORMATS.csv}; charset=utf-8; header=present` : FORMATS[format];
}

export function contentHeaders(format: Format): Record<string, string> {
  // Said from the start, because a body that fails halfway must never look like one that is whole.
  return {
    'Content-Type': contentType(format),
    ...(isText(format) ? {} : { 'Transfer-Encoding': 'chunked' }),
  };
}

function isText(format: Format): boolean {
  return format !== 'arrow' && format !== 'parquet';
}

export function tableResponse<Row extends object>(
  c: ApiContext,
  table: Table<Row>,
  format: Format,
  version: ShownVersion,
): Response {
  const headers: Record<string, string> = { ...versionHeaders(version, format), ...contentHeaders(format) };
  if (table.completeThrough) headers['X-Chronofolio-Complete-Through'] = table.completeThrough;
  if (table.next) headers['Link'] = `<${nextAddress(c, table.next)}>; rel="next"`;
  const pieces = piecesOf(table, format, version, numbersOf(c));
  // What cannot be encoded at all is known before anything is sent.
  const first = pieces.next();
  return new Response(streamed(first.done ? undefined : first.value, pieces, !isText(format)), { headers });
}

/** As the parameter says, which was checked with the others. */
function numbersOf(c: ApiContext): Numbers {
  const asked = c.req.query('numbers');
  return NUMBERS.find((numbers) => numbers === asked) ?? 'decimal';
}

function nextAddress(c: ApiContext, cursor: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set('cursor', cursor);
  return url.pathname + url.search;
}

export function encoderOf(format: Exclude<Format, 'json'>, options: EncoderOptions): RowEncoder {
  switch (format) {
    case 'csv':
      return csvEncoder(options);
    case 'ndjson':
      return ndjsonEncoder();
    case 'arrow':
      return arrowEncoder(options);
    case 'parquet':
      return parquetEncoder(options);
    default:
      return format satisfies never;
  }
}

function* piecesOf<Row extends object>(
  table: Table<Row>,
  format: Format,
  version: ShownVersion,
  numbers: Numbers,
): Generator<Uint8Array, void> {
  if (format === 'json') return yield* jsonPieces(table);
  const { columns, rows } = table;
  const encoder = encoderOf(format, {
    columns,
    head: { ...table.head, position: version.position },
    numbers,
  });
  const size = isText(format) ? ROWS_PER_PIECE : ROWS_PER_BATCH;
  // With the first rows, so that an error in them can still be told.
  yield Buffer.concat([encoder.start(), ...(rows.length > 0 ? encoder.rows(rows.slice(0, size)) : [])]);
  for (let start = size; start < rows.length; start += size)
    yield* encoder.rows(rows.slice(start, start + size));
  yield* encoder.end();
}

const utf8 = new TextEncoder();

function* jsonPieces<Row extends object>({
  head,
  name,
  rows,
  kept = false,
  next,
}: Table<Row>): Generator<Uint8Array, void> {
  const print = kept ? keptText : (row: Row) => JSON.stringify(row);
  const before = JSON.stringify(head).slice(0, -1);
  yield utf8.encode(`${before}${before === '{' ? '' : ','}${JSON.stringify(name)}:[`);
  for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
    const text = rows
      .slice(start, start + ROWS_PER_PIECE)
      .map(print)
      .join(',');
    yield utf8.encode(start === 0 ? text : `,${text}`);
  }
  yield utf8.encode(next === undefined ? ']}' : `],"next_cursor":${JSON.stringify(next)}}`);
}

/** Goes with the rows when nobody keeps them any more. */
const texts = new WeakMap<object, string>();

function keptText(row: object): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/**
 * Pulls a piece whenever the client has taken the one before; `inTurns` where the pieces are long in the making,
 * so that others come between.
 */
function streamed(
  first: Uint8Array | undefined,
  rest: Generator<Uint8Array, void>,
  inTurns: boolean,
): ReadableStream<Uint8Array> {
  let ready = first;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        if (ready === undefined && inTurns) await turn();
        const piece = ready ?? rest.next().value;
        ready = undefined;
        if (piece === undefined) {
          controller.close();
          return;
        }
        // With nothing enqueued nobody would pull again.
        if (piece.length > 0) {
          controller.enqueue(piece);
          return;
        }
      }
    },
  });
}

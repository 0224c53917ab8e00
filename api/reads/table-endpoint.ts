/** An endpoint that pages through rows, in any of the formats. */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import type { Paged } from '../../projections/queries/paging.ts';
import type { KnownAt, ReadContext, Reading } from '../../projections/queries/reading.ts';
import type { Page } from '../../projections/queries/read-model.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { cursorCodec } from '../reply/cursor.ts';
import { negotiate } from '../reply/format.ts';
import type { Format } from '../reply/format.ts';
import { readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { cursor, limit, tabular } from './parameters.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { nextCursor } from './rows.ts';

/** The parameters every paged table takes; spread them into the endpoint's own. */
export function pagedBy(limitByDefault: number) {
  return { ...tabular, limit: limit(limitByDefault), cursor };
}

interface PagedQuery {
  readonly format?: Format | undefined;
  readonly known_at?: KnownAt | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface TableSpec<P, Q extends PagedQuery, Key> {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: ZodObject & z.ZodType<P>;
  readonly query: ZodObject & z.ZodType<Q>;
  /** What the JSON says besides the rows. */
  readonly head: Readonly<Record<string, z.ZodType>>;
  /** The member of the JSON that holds the rows. */
  readonly rows: string;
  readonly row: ZodObject;
  /** The members that the rows of a request leave out; none unless given. */
  readonly omits?: (query: Q) => ReadonlySet<string>;
  /** Whether rows are the same objects from request to request; they must not change then. */
  readonly kept?: boolean;
  /** Names the list in its cursors. */
  readonly list: string;
  readonly key: z.ZodType<Key>;
  readonly limit: number;
}

/** `load` returns the rows, the key to go on after, and the members of `head`. */
export function tableEndpoint<P, Q extends PagedQuery, Key, Row extends object>(
  api: Api,
  spec: TableSpec<P, Q, Key>,
  load: (input: {
    readonly params: P;
    readonly query: Q;
    readonly page: Page<Key>;
    readonly context: ReadContext;
  }) => Promise<Reading<Paged<Row, Key> & { readonly complete_through?: string | null }>>,
): void {
  const cursors = cursorCodec(spec.list, spec.key);
  const columns = columnsOf(spec.row);
  const body = z.object({ ...spec.head, [spec.rows]: z.array(spec.row), next_cursor: nextCursor });
  endpoint(
    api,
    {
      method: 'get',
      path: spec.path,
      tag: spec.tag,
      summary: spec.summary,
      ...(spec.description === undefined ? {} : { description: spec.description }),
      params: spec.params,
      query: spec.query,
      replies: tableReplies('The rows in order.', body, spec.row),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const after = cursors.decode(query.cursor);
      const page = { limit: query.limit ?? spec.limit, ...(after === undefined ? {} : { after }) };
      const context = readContext(c, format, query.known_at);
      const reading = await load({ params, query, page, context });
      const omitted = spec.omits?.(query);
      return readingResponse(reading, format, ({ rows, next, ...head }, version) =>
        tableResponse(
          c,
          {
            head,
            name: spec.rows,
            columns: omitted ? columns.filter(({ name }) => !omitted.has(name)) : columns,
            rows,
            kept: spec.kept ?? false,
            next: next === undefined ? null : cursors.encode(next),
            completeThrough: head.complete_through ?? null,
          },
          format,
          version,
        ),
      );
    },
  );
}

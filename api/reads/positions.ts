import { z } from '@hono/zod-openapi';
import { date } from '../../commands/schemas/fields.ts';
import { positionHistory } from '../../projections/queries/history.ts';
import { lotsOn } from '../../projections/queries/lots.ts';
import { positionTimeseries } from '../../projections/queries/position-timeseries.ts';
import { positionsOn } from '../../projections/queries/positions.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import { positionParams, range, rangeOf, tabular } from './parameters.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { completeThrough, disposalRow, historyRow, lotRow, positionDay, positionRow } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

const onDate = date.optional().meta({ description: 'The latest day by default.', example: '2025-08-20' });
const key = { portfolio_id: z.string(), security_id: z.string(), currency: z.string() };

export function positionReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) positionsOf(api, of, reader);
  onePositionReads(api, reader);
}

/** Amounts of a group are in its currency. */
const holding = positionRow
  .extend({
    held_by: z.string().meta({
      description: 'The portfolios that hold it, by id with commas between.',
      example: 'PORT_001,PORT_002',
    }),
  })
  .meta({
    id: 'Holding',
    description:
      "`_local` in the currency of the security, the rest in the group's at the day's rates. A price is given where all that hold it have the same.",
  });

function positionsOf(api: Api, of: SubjectRoute, reader: Reader): void {
  const row = of.kind === 'group' ? holding : positionRow;
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/positions`,
      tag: of.kind === 'group' ? of.tag : 'Positions',
      summary: `What ${of.what} holds at the close of a day`,
      params: of.params,
      query: z.strictObject({ ...tabular, date: onDate }),
      replies: tableReplies(
        'The open positions by security.',
        z.object({
          ...of.head,
          date: z.string().nullable(),
          currency: z.string(),
          complete_through: completeThrough,
          positions: z.array(row),
        }),
        row,
      ),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await positionsOn(
        reader,
        of.ref(params),
        query.date === undefined ? {} : { date: query.date },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, ({ positions: rows, ...head }, version) => {
        const columns = columnsOf(row);
        const completeThrough = head.complete_through;
        return tableResponse(c, { head, name: 'positions', columns, rows, completeThrough }, format, version);
      });
    },
  );
}

function onePositionReads(api: Api, reader: Reader): void {
  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/positions/{security_id}/history',
      tag: 'Positions',
      summary: 'The state of a position after each of its transactions',
      params: positionParams,
      query: z.strictObject(pagedBy(1_000)),
      head: { ...key, base_currency: z.string(), complete_through: completeThrough },
      rows: 'rows',
      row: historyRow,
      list: 'history',
      key: z.strictObject({ at: z.iso.datetime(), rank: z.int(), transactionId: z.string() }),
      limit: 1_000,
    },
    ({ params, page, context }) =>
      positionHistory(reader, params.portfolio_id, params.security_id, page, context),
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/portfolios/{portfolio_id}/positions/{security_id}/lots',
      tag: 'Positions',
      summary: 'The open lots of a position on a day, and its disposals up to it',
      description: 'CSV and NDJSON hold the open lots.',
      params: positionParams,
      query: z.strictObject({ ...tabular, date: onDate }),
      replies: tableReplies(
        'The lots in the order they are used up.',
        z.object({
          ...key,
          date: z.string().nullable(),
          base_currency: z.string(),
          complete_through: completeThrough,
          lots: z.array(lotRow),
          disposals: z.array(disposalRow),
        }),
        lotRow,
      ),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await lotsOn(
        reader,
        params.portfolio_id,
        params.security_id,
        query.date === undefined ? {} : { date: query.date },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, (value, version) => {
        if (format === 'json') return jsonResponse(value, version);
        const columns = columnsOf(lotRow);
        return tableResponse(c, { head: {}, name: 'lots', columns, rows: value.lots }, format, version);
      });
    },
  );

  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/positions/{security_id}/timeseries',
      tag: 'Positions',
      summary: 'The days of a position, in its own currency',
      params: positionParams,
      query: z.strictObject({ ...pagedBy(10_000), ...range }),
      head: { ...key, complete_through: completeThrough },
      rows: 'rows',
      row: positionDay,
      list: 'position-days',
      key: z.iso.date(),
      limit: 10_000,
    },
    ({ params, query, page, context }) =>
      positionTimeseries(reader, params.portfolio_id, params.security_id, rangeOf(query), page, context),
  );
}

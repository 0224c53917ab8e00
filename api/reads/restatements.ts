import { z } from '@hono/zod-openapi';
import { decimal } from '../../domain/decimal.ts';
import { DEFAULT_MATERIALITY } from '../../domain/returns/restatement.ts';
import { epochs } from '../../projections/queries/epochs.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import { restated } from '../../projections/queries/restatements.ts';
import type { RestatementQuery } from '../../projections/queries/restatements.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { invalidParameter } from '../http/problem.ts';
import { negotiate, PICTURE } from '../reply/format.ts';
import { instantOnly, jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse, versionHeaders } from '../reply/table.ts';
import { drawRestatement } from '../pictures/restatement.ts';
import {
  conventions,
  format as tableFormat,
  knowledge,
  knownAt,
  numbers,
  portfolioParams,
  returnOptions,
  securityFilter,
  wholeNumber,
} from './parameters.ts';
import { tableReplies, withPicture } from './replies.ts';
import { restatementLines } from './restatement-lines.ts';
import { cause, changedDay, completeThrough, epochRow, impactRow } from './rows.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

const MAX_EPOCH = 2_147_483_647;

const shownNumber = z.int().nullable().meta({
  description: 'An epoch, or a position of the log, which is null for a principal of some portfolios.',
});

const report = z
  .object({
    portfolio_id: z.string(),
    currency: z.string(),
    complete_through: completeThrough,
    compared: z.object({ by: z.enum(['epoch', 'position']), from: shownNumber, to: shownNumber }),
    materiality_basis_points: z.string(),
    causes: z.array(cause).meta({ description: 'The events behind it, the oldest first.' }),
    more_causes: z.int().meta({ description: 'How many events are not named.' }),
    days: z.array(changedDay),
    impact: z.array(impactRow),
  })
  .meta({ id: 'Restatement' });

export function restatementReads(api: Api, queries: Queries): void {
  const { reader } = queries;
  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/epochs',
      tag: 'Restatements',
      summary: 'The audit of restatements: what was restated when, from which day, and because of what',
      params: portfolioParams,
      query: z.strictObject({
        ...pagedBy(1_000),
        security_id: securityFilter,
        scope: z.enum(['all', 'portfolio']).optional().meta({
          description: "`portfolio` leaves the positions' epochs out; `all` by default.",
        }),
      }),
      head: { portfolio_id: z.string(), complete_through: completeThrough },
      rows: 'epochs',
      row: epochRow,
      list: 'epochs',
      key: z.int(),
      limit: 1_000,
    },
    ({ params, query, page, context }) => {
      const securityId = query.scope === 'portfolio' ? null : query.security_id;
      const filter = securityId === undefined ? {} : { securityId };
      return epochs(reader, params.portfolio_id, filter, page, context);
    },
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/portfolios/{portfolio_id}/restatements',
      tag: 'Restatements',
      summary: 'What changed between two epochs of a portfolio, or between two moments of knowledge',
      description:
        'Day by day what differs and because of which events, and the impact on the returns of the standard periods. CSV, NDJSON, Arrow and Parquet hold the days; SVG is a picture of both histories and their difference.',
      params: portfolioParams,
      query: z.strictObject({
        ...knowledge,
        format: z
          .enum([...tableFormat.unwrap().options, 'svg'])
          .optional()
          .meta({ description: 'Overrides `Accept`.' }),
        numbers,
        detail: z.enum(['positions']).optional().meta({
          description: 'With each day the positions that differ; with known_from only.',
        }),
        from_epoch: epochNumber('The one before to_epoch by default.'),
        to_epoch: epochNumber('The current one by default.'),
        known_from: knownAt.optional(),
        known_to: knownAt.optional(),
        materiality: wholeNumber(0, 10_000)
          .optional()
          .meta({ description: 'Basis points from which on a difference is material; 5 by default.' }),
        ...conventions,
      }),
      replies: withPicture(tableReplies('The changed days and the impact.', report, changedDay)),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'), PICTURE);
      const { portfolios } = c.get('principal');
      instantOnly('known_from', portfolios, query.known_from);
      instantOnly('known_to', portfolios, query.known_to);
      const positions = query.detail === 'positions';
      const reading = await restated(
        queries,
        params.portfolio_id,
        {
          compare: compared(query),
          materiality: query.materiality === undefined ? DEFAULT_MATERIALITY : decimal(query.materiality),
          options: returnOptions(query),
          positions,
        },
        readContext(c, format, query.known_at),
      );
      const picture = format === 'svg' && reading.status === 'ok' ? await drawRestatement(reading.value) : '';
      return readingResponse(reading, format, ({ report: value }, version) => {
        switch (format) {
          case 'json':
            return jsonResponse(value, version);
          case 'svg':
            return new Response(picture, {
              headers: { ...versionHeaders(version, format), 'Content-Type': PICTURE.svg },
            });
          case 'csv':
          case 'arrow':
          case 'parquet': {
            const lines = restatementLines(value, positions);
            return tableResponse(c, { head: {}, name: 'days', ...lines }, format, version);
          }
          case 'ndjson':
            return tableResponse(
              c,
              { head: {}, name: 'days', columns: [], rows: value.days },
              format,
              version,
            );
          default:
            return format satisfies never;
        }
      });
    },
  );
}

function epochNumber(description: string) {
  return wholeNumber(0, MAX_EPOCH).optional().meta({ description });
}

function compared(query: {
  from_epoch?: number | undefined;
  to_epoch?: number | undefined;
  known_from?: KnownAt | undefined;
  known_to?: KnownAt | undefined;
}): RestatementQuery['compare'] {
  const { from_epoch: from, to_epoch: to, known_from: knownFrom, known_to: knownTo } = query;
  if (knownFrom === undefined) {
    if (knownTo !== undefined) throw invalidParameter('known_from', 'required', 'is required with known_to');
    return { by: 'epoch', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  if (from !== undefined || to !== undefined)
    throw invalidParameter('known_from', 'exclusive', 'cannot be combined with from_epoch or to_epoch');
  return { by: 'knowledge', from: knownFrom, ...(knownTo === undefined ? {} : { to: knownTo }) };
}

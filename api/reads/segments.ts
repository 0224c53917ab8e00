import { z } from '@hono/zod-openapi';
import { DIMENSIONS } from '../../projections/queries/dimension.ts';
import { positionPerformance } from '../../projections/queries/position-performance.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Reader } from '../../projections/queries/reading.ts';
import { segmentPerformance } from '../../projections/queries/segments.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { negotiate } from '../reply/format.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { tableResponse } from '../reply/table.ts';
import {
  conventions,
  currencyParameter,
  dimension,
  positionParams,
  returnOptions,
  tabular,
} from './parameters.ts';
import { askedOf, askedPeriods, reportHead, TABLE_PERIODS } from './periods.ts';
import { columnsOf, tableReplies } from './replies.ts';
import { returnConventions } from './risk-rows.ts';
import { fraction, periodRow } from './rows.ts';
import { SUBJECTS } from './subjects.ts';
import type { SubjectRoute } from './subjects.ts';

const parameters = {
  ...tabular,
  ...TABLE_PERIODS,
  annualize_short: z.enum(['true', 'false']).optional().meta({
    description: 'Annualise periods below one year too.',
  }),
  currency: currencyParameter,
  ...conventions,
};

const weight = fraction.nullable().meta({
  description: "In the whole's value.",
  format: 'decimal',
  example: '0.25',
});

const segmentRow = z
  .object({
    key: z.string().meta({ example: 'equity' }),
    name: z.string().nullable(),
    portfolio_id: z.string().nullable().meta({ description: 'Of a position.' }),
    ...periodRow.shape,
    begin_weight: weight,
    average_weight: weight.meta({
      description: "The mean of the days' shares in the opening value.",
      format: 'decimal',
    }),
    end_weight: weight,
  })
  .meta({ id: 'SegmentPerformance' });

const figures = z.object({
  ...reportHead,
  by: z.enum(DIMENSIONS),
  conventions: z.object({
    basis: z.string(),
    taxes: z.string(),
    flow_timing: z.string(),
    internal_flows: z.string(),
  }),
  segments: z.array(segmentRow),
});

const positionPeriod = periodRow.meta({ id: 'PositionPeriod' });

export function segmentReads(api: Api, { reader }: Queries): void {
  for (const of of SUBJECTS) segmentsOf(api, of, reader);
  positionOf(api, reader);
}

function segmentsOf(api: Api, of: SubjectRoute, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: `${of.path}/segments/performance`,
      tag: of.tag,
      summary: `The returns of the parts of ${of.what}`,
      description:
        'What moves between a segment and the rest of the whole is a flow of the segment, taken together by day; what moves within it is none.',
      params: of.params,
      query: z.strictObject({ ...parameters, by: dimension }),
      replies: tableReplies('A row per segment and period.', figures.extend(of.head), segmentRow),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await segmentPerformance(
        reader,
        of.ref(params),
        { ...asked(query), by: query.by ?? 'asset_class' },
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, ({ segments: rows, ...rest }, version) => {
        if (format === 'json')
          return jsonResponse({ ...rest, position: version.position, segments: rows }, version);
        return tableResponse(
          c,
          { head: rest, name: 'segments', columns: columnsOf(segmentRow), rows },
          format,
          version,
        );
      });
    },
  );
}

function positionOf(api: Api, reader: Reader): void {
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/portfolios/{portfolio_id}/positions/{security_id}/performance',
      tag: 'Positions',
      summary: 'The returns of a position',
      description:
        "Purchases, sales and income are flows of the position. In the position's own currency no exchange rate is in the figures.",
      params: positionParams,
      query: z.strictObject(parameters),
      replies: tableReplies(
        'The figures of each period.',
        z.object({
          portfolio_id: z.string(),
          ...reportHead,
          security_id: z.string(),
          conventions: returnConventions,
          periods: z.array(positionPeriod),
        }),
        positionPeriod,
      ),
      problems: ['not-found', 'not-acceptable', 'not-implemented'],
    },
    async (c, { params, query }) => {
      const format = negotiate(query.format, c.req.header('Accept'));
      const reading = await positionPerformance(
        reader,
        params.portfolio_id,
        params.security_id,
        asked(query),
        readContext(c, format, query.known_at),
      );
      return readingResponse(reading, format, ({ periods: rows, ...rest }, version) => {
        if (format === 'json')
          return jsonResponse({ ...rest, position: version.position, periods: rows }, version);
        return tableResponse(
          c,
          { head: rest, name: 'periods', columns: columnsOf(positionPeriod), rows },
          format,
          version,
        );
      });
    },
  );
}

function asked(query: z.infer<z.ZodObject<typeof parameters>>) {
  return {
    periods: askedPeriods(query),
    ...askedOf(query),
    options: { ...returnOptions(query), annualiseShort: query.annualize_short === 'true' },
  };
}

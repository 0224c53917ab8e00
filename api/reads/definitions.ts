/** What people have defined to look at the books by: groups, benchmarks, series; and securities. */
import { z } from '@hono/zod-openapi';
import { identifier } from '../../commands/schemas/fields.ts';
import {
  benchmarkTimeseries,
  listBenchmarks,
  listGroups,
  listSeries,
  oneBenchmark,
  oneGroup,
  seriesValues,
} from '../../projections/queries/definition-views.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import { listSecurities } from '../../projections/queries/security-reads.ts';
import { benchmarkParams } from '../commands/removals.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import {
  benchmarkRow,
  benchmarkSeriesRow,
  groupRow,
  securityRow,
  seriesRow,
  seriesValueRow,
} from './definition-rows.ts';
import { currencyParameter, knowledge, noParams, range, rangeOf } from './parameters.ts';
import { objectReplies } from './replies.ts';
import { isoDate } from './rows.ts';
import { groupParams } from './subjects.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

const LISTED = 100;
const DAYS_LISTED = 5_000;

const seriesParams = z.strictObject({
  series_id: identifier.meta({ description: 'The series.', example: 'BOND_INDEX' }),
});

const list = {
  params: noParams,
  query: z.strictObject(pagedBy(LISTED)),
  head: {},
  key: z.string(),
  limit: LISTED,
};
const days = { rows: 'rows', key: z.string(), limit: DAYS_LISTED };

export function definitionReads(api: Api, queries: Queries): void {
  groupDefinitions(api, queries);
  benchmarkDefinitions(api, queries);
  seriesDefinitions(api, queries);
  tableEndpoint(
    api,
    {
      ...list,
      path: '/v1/securities',
      tag: 'Securities',
      summary: 'All securities with their details, cash included',
      rows: 'securities',
      row: securityRow,
      list: 'securities',
    },
    ({ page, context }) => listSecurities(queries.reader, page, context),
  );
}

function groupDefinitions(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      ...list,
      path: '/v1/groups',
      tag: 'Groups',
      summary: 'All groups of portfolios that are defined',
      rows: 'groups',
      row: groupRow,
      list: 'groups',
    },
    ({ page, context }) => listGroups(reader, page, context),
  );
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/groups/{group_id}',
      tag: 'Groups',
      summary: 'The definition of a group',
      params: groupParams,
      query: z.strictObject(knowledge),
      replies: objectReplies('The group.', groupRow),
      problems: ['not-found', 'not-implemented'],
    },
    async (c, { params, query }) =>
      readingResponse(
        await oneGroup(reader, params['group_id'], readContext(c, 'json', query.known_at)),
        'json',
        jsonResponse,
      ),
  );
}

function benchmarkDefinitions(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      ...list,
      path: '/v1/benchmarks',
      tag: 'Benchmarks',
      summary: 'All benchmarks that are defined',
      rows: 'benchmarks',
      row: benchmarkRow,
      list: 'benchmarks',
    },
    ({ page, context }) => listBenchmarks(reader, page, context),
  );
  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/benchmarks/{benchmark_id}',
      tag: 'Benchmarks',
      summary: 'The definition of a benchmark',
      params: benchmarkParams,
      query: z.strictObject(knowledge),
      replies: objectReplies('The benchmark.', benchmarkRow),
      problems: ['not-found', 'not-implemented'],
    },
    async (c, { params, query }) =>
      readingResponse(
        await oneBenchmark(reader, params.benchmark_id, readContext(c, 'json', query.known_at)),
        'json',
        jsonResponse,
      ),
  );
  tableEndpoint(
    api,
    {
      ...days,
      path: '/v1/benchmarks/{benchmark_id}/timeseries',
      tag: 'Benchmarks',
      summary: 'The level and the return of a benchmark on each calendar day',
      params: benchmarkParams,
      query: z.strictObject({ ...pagedBy(DAYS_LISTED), ...range, currency: currencyParameter }),
      head: {
        benchmark_id: z.string(),
        name: z.string().nullable(),
        currency: z.string(),
        rebalancing: benchmarkRow.shape.rebalancing,
        first_date: isoDate.nullable().meta({ description: 'Where all components are known; level 1.' }),
        last_date: isoDate
          .nullable()
          .meta({ description: 'Up to here every component has values of its own.' }),
      },
      row: benchmarkSeriesRow,
      list: 'benchmark-timeseries',
    },
    ({ params, query, page, context }) =>
      benchmarkTimeseries(
        reader,
        params.benchmark_id,
        { ...rangeOf(query), ...(query.currency === undefined ? {} : { currency: query.currency }) },
        page,
        context,
      ),
  );
}

function seriesDefinitions(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      ...list,
      path: '/v1/series',
      tag: 'Benchmarks',
      summary: 'All series of levels and rates that are defined',
      rows: 'series',
      row: seriesRow,
      list: 'series',
    },
    ({ page, context }) => listSeries(reader, page, context),
  );
  tableEndpoint(
    api,
    {
      ...days,
      path: '/v1/series/{series_id}',
      tag: 'Benchmarks',
      summary: 'A series and its values',
      params: seriesParams,
      query: z.strictObject({ ...pagedBy(DAYS_LISTED), ...range }),
      head: seriesRow.shape,
      row: seriesValueRow,
      list: 'series-values',
    },
    ({ params, query, page, context }) =>
      seriesValues(reader, params.series_id, rangeOf(query), page, context),
  );
}

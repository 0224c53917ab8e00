import { z } from '@hono/zod-openapi';
import { FREQUENCIES } from '../../domain/returns/resample.ts';
import { portfolioTimeseries } from '../../projections/queries/portfolio-timeseries.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import {
  conventions,
  currencyParameter,
  portfolioParams,
  range,
  rangeOf,
  returnOptions,
} from './parameters.ts';
import { completeThrough, portfolioDay } from './rows.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

export function timeseriesReads(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/timeseries',
      tag: 'Portfolios',
      summary:
        'The complete days of a portfolio in base currency, or coarser rows whose returns link to them',
      description:
        'Of a coarser row, market values are those at its ends, flows are sums, cost, positions and epoch are those of its last day. `index` grows from 1 at the opening of the first row of the range.',
      params: portfolioParams,
      query: z.strictObject({
        ...pagedBy(10_000),
        ...range,
        frequency: z.enum(FREQUENCIES).optional().meta({ description: '`daily` by default.' }),
        currency: currencyParameter,
        ...conventions,
      }),
      head: {
        portfolio_id: z.string(),
        currency: z.string(),
        frequency: z.enum(FREQUENCIES),
        complete_through: completeThrough,
      },
      rows: 'rows',
      row: portfolioDay,
      list: 'portfolio-days',
      key: z.iso.date(),
      limit: 10_000,
    },
    ({ params, query, page, context }) =>
      portfolioTimeseries(
        reader,
        params.portfolio_id,
        {
          ...rangeOf(query),
          frequency: query.frequency ?? 'daily',
          ...(query.currency === undefined ? {} : { currency: query.currency }),
          options: returnOptions(query),
        },
        page,
        context,
      ),
  );
}

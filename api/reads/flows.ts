import { z } from '@hono/zod-openapi';
import { cashflows } from '../../projections/queries/cashflows.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import { transactions } from '../../projections/queries/transactions.ts';
import type { Api } from '../http/context.ts';
import { portfolioParams, range, rangeOf, securityFilter } from './parameters.ts';
import { cashflowRow, completeThrough, transactionRow } from './rows.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

const head = { portfolio_id: z.string(), complete_through: completeThrough };

export function flowReads(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/transactions',
      tag: 'Portfolios',
      summary: 'The transactions with their corrections applied, cancelled and pending ones included',
      params: portfolioParams,
      query: z.strictObject({ ...pagedBy(1_000), ...range, security_id: securityFilter }),
      head,
      rows: 'transactions',
      row: transactionRow,
      list: 'transactions',
      key: z.strictObject({ at: z.iso.datetime(), transactionId: z.string() }),
      limit: 1_000,
    },
    ({ params, query, page, context }) =>
      transactions(
        reader,
        params.portfolio_id,
        { ...rangeOf(query), ...(query.security_id === undefined ? {} : { securityId: query.security_id }) },
        page,
        context,
      ),
  );

  tableEndpoint(
    api,
    {
      path: '/v1/portfolios/{portfolio_id}/cashflows',
      tag: 'Portfolios',
      summary: 'The days on which value flowed into or out of a position',
      description:
        'Flows are positive when value enters. `…_position` is what the position saw, `…_portfolio` the part of it that crossed the boundary of the portfolio.',
      params: portfolioParams,
      query: z.strictObject({ ...pagedBy(1_000), ...range }),
      head,
      rows: 'cashflows',
      row: cashflowRow,
      list: 'cashflows',
      key: z.strictObject({ date: z.iso.date(), securityId: z.string() }),
      limit: 1_000,
    },
    ({ params, query, page, context }) =>
      cashflows(reader, params.portfolio_id, rangeOf(query), page, context),
  );
}

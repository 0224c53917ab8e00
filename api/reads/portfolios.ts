import { z } from '@hono/zod-openapi';
import { listPortfolios, onePortfolio } from '../../projections/queries/portfolios.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { jsonResponse, readContext, readingResponse } from '../reply/reading.ts';
import { knowledge, noParams, portfolioParams } from './parameters.ts';
import { objectReplies } from './replies.ts';
import { portfolioDetails, portfolioRow } from './rows.ts';
import { pagedBy, tableEndpoint } from './table-endpoint.ts';

export function portfolioReads(api: Api, { reader }: Queries): void {
  tableEndpoint(
    api,
    {
      path: '/v1/portfolios',
      tag: 'Portfolios',
      summary: 'All portfolios: settings, epoch, and how far their days are complete',
      params: noParams,
      query: z.strictObject(pagedBy(100)),
      head: {},
      rows: 'portfolios',
      row: portfolioRow,
      list: 'portfolios',
      key: z.string(),
      limit: 100,
    },
    ({ page, context }) => listPortfolios(reader, page, context),
  );

  endpoint(
    api,
    {
      method: 'get',
      path: '/v1/portfolios/{portfolio_id}',
      tag: 'Portfolios',
      summary: 'One portfolio, with what keeps its days and transactions waiting',
      params: portfolioParams,
      query: z.strictObject(knowledge),
      replies: objectReplies('The portfolio.', portfolioDetails),
      problems: ['not-found', 'not-implemented'],
    },
    async (c, { params, query }) =>
      readingResponse(
        await onePortfolio(reader, params.portfolio_id, readContext(c, 'json', query.known_at)),
        'json',
        jsonResponse,
      ),
  );
}

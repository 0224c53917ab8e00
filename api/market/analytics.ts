/** The indicators that are kept for every bar: in ranges of either tier, and the latest of both. */
import { z } from '@hono/zod-openapi';
import { STANDARD_COLUMNS } from '../../domain/indicators/standard.ts';
import type { AnalyticsReader, AnalyticsRow } from '../../projections/market/analytics-reads.ts';
import type { Tier } from '../../projections/market/model.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { marketEndpoint, marketReply, marketTable } from './endpoint.ts';
import { barLimit, end, format, MAX_BARS, start, symbolParams } from './parameters.ts';
import { success } from './reply.ts';
import { checkRange, csvRows, timeOf } from './rows.ts';

const DEFAULT_ROWS = 100;

const figure = z.number().nullable();
const rowSchema = z
  .object({
    time: z.int().meta({ description: 'Start of the bar, Unix seconds; of a day its midnight UTC.' }),
    date: z.string().meta({ description: 'The same as an ISO instant; of a day its date.' }),
    close: z.number(),
    ...Object.fromEntries(STANDARD_COLUMNS.map((column) => [column, figure])),
    is_open: z.literal(true).optional().meta({ description: 'The time of the bar is not over yet.' }),
  })
  .meta({ id: 'IndicatorRow', description: 'Indicators of a bar; null as long as there are too few bars.' });

const query = z.strictObject({ start, end, limit: barLimit(DEFAULT_ROWS), format });
const exchange = z.string().meta({ description: 'Whose calendar its days follow.', example: 'XNAS' });

export interface AnalyticsApiDependencies {
  readonly analytics: AnalyticsReader;
}

const TIERS = [
  {
    tier: 'intraday',
    path: '/api/analytics/intraday/{symbol}',
    summary: 'Indicators of bars of five minutes',
  },
  { tier: 'historical', path: '/api/analytics/daily/{symbol}', summary: 'Indicators of trading days' },
] as const;

const COLUMNS = ['time', 'date', 'close', ...STANDARD_COLUMNS, 'is_open'];

export function registerAnalytics(api: Api, { analytics }: AnalyticsApiDependencies): void {
  for (const { tier, path, summary } of TIERS) {
    marketEndpoint(
      api,
      {
        method: 'get',
        path,
        summary,
        description:
          'The usual indicators with their usual periods; any others: `/api/indicators/{symbol}`. The last row may be of a bar whose time is not over: it is marked.',
        params: symbolParams,
        query,
        replies: {
          200: marketTable(
            'In ascending order of time.',
            {
              symbol: z.string(),
              exchange,
              data: z.array(rowSchema),
              count: z.int(),
              has_more: z.boolean().meta({ description: 'The limit has left some of the range out.' }),
            },
            COLUMNS,
          ),
        },
        problems: ['not-found'],
      },
      (c, input) => answer(c, analytics, { tier, ...input.params, ...input.query }),
    );
  }
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/analytics/{symbol}',
      summary: 'The latest indicators of a symbol',
      params: symbolParams,
      query: z.strictObject({}),
      replies: {
        200: marketReply('Of the newest bar of each kind, null where there is none.', {
          data: z.object({
            symbol: z.string(),
            exchange,
            intraday: z.union([rowSchema, z.null()]),
            daily: z.union([rowSchema, z.null()]),
          }),
        }),
      },
      problems: ['not-found'],
    },
    async (c, { params: { symbol } }) => {
      const [intraday, daily] = await Promise.all([
        analytics.rows({ symbol, tier: 'intraday', limit: 1 }),
        analytics.rows({ symbol, tier: 'historical', limit: 1 }),
      ]);
      if (intraday === undefined || daily === undefined) throw unknownSymbol(symbol);
      const [newest, newestDay] = [intraday.rows.at(-1), daily.rows.at(-1)];
      return success(c, {
        symbol,
        exchange: intraday.exchange,
        intraday: newest === undefined ? null : jsonOf(newest, false),
        daily: newestDay === undefined ? null : jsonOf(newestDay, true),
      });
    },
  );
}

interface Question {
  readonly tier: Tier;
  readonly symbol: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly limit?: number | undefined;
  readonly format?: 'json' | 'csv' | undefined;
}

async function answer(c: ApiContext, reader: AnalyticsReader, question: Question): Promise<Response> {
  const { tier, symbol, start, end } = question;
  const limit = question.limit ?? (start === undefined ? DEFAULT_ROWS : MAX_BARS);
  checkRange(start, end);
  const series = await reader.rows({
    symbol,
    tier,
    // One more than asked for tells whether there are more.
    limit: limit + 1,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  });
  if (series === undefined) throw unknownSymbol(symbol);
  const more = series.rows.length > limit;
  const rows = start === undefined ? series.rows.slice(-limit) : series.rows.slice(0, limit);
  const data = rows.map((row) => jsonOf(row, tier === 'historical'));
  if (question.format === 'csv') return csvRows(c, COLUMNS, data);
  return success(c, data, { symbol, exchange: series.exchange, count: data.length, has_more: more });
}

function jsonOf({ time, close, figures, isOpen }: AnalyticsRow, daily: boolean) {
  return { ...timeOf(time, daily), close, ...figures, ...(isOpen ? { is_open: true as const } : {}) };
}

function unknownSymbol(symbol: string): Problem {
  return new Problem('not-found', `No data for symbol: ${symbol}`);
}

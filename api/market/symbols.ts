/** `GET /api/symbols`: what prices were ever received of, and what is there of each. */
import { z } from '@hono/zod-openapi';
import type { SymbolBook, SymbolFacts } from '../../projections/market/bars.ts';
import type { Api } from '../http/context.ts';
import { wholeNumber } from '../reads/parameters.ts';
import { marketEndpoint, marketTable } from './endpoint.ts';
import { format } from './parameters.ts';
import { success } from './reply.ts';
import { csvRows } from './rows.ts';

const MAX_SYMBOLS = 10_000;
const DEFAULT_SYMBOLS = 1_000;

const nullableTime = (description: string) =>
  z
    .int()
    .nullable()
    .meta({ description: `${description}, Unix seconds; null where there is none.` });

const symbolSchema = z
  .object({
    symbol: z.string(),
    exchange: z.string().meta({ description: 'Whose calendar its days follow.', example: 'XNAS' }),
    newest_tick: nullableTime('The newest tick, by its own time'),
    first_intraday: nullableTime('The first bar of five minutes'),
    last_intraday: nullableTime('The last bar of five minutes'),
    first_daily: nullableTime('The first trading day, at midnight UTC'),
    last_daily: nullableTime('The last trading day, at midnight UTC'),
  })
  .meta({ id: 'SymbolFacts' });

const COLUMNS = [
  ...['symbol', 'exchange', 'newest_tick'],
  ...['first_intraday', 'last_intraday', 'first_daily', 'last_daily'],
];

export interface SymbolsDependencies {
  readonly symbols: Pick<SymbolBook, 'list'>;
}

export function registerSymbols(api: Api, { symbols }: SymbolsDependencies): void {
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/symbols',
      summary: 'The symbols',
      description: 'In alphabetical order; the next ones come with `after` and the last one seen.',
      params: z.strictObject({}),
      query: z.strictObject({
        after: z.string().max(20).optional().meta({ description: 'Those that follow this one.' }),
        limit: wholeNumber(1, MAX_SYMBOLS)
          .optional()
          .meta({ description: `1 to ${MAX_SYMBOLS}, ${DEFAULT_SYMBOLS} by default.` }),
        format,
      }),
      replies: {
        200: marketTable(
          'The symbols.',
          { data: z.array(symbolSchema), count: z.int(), has_more: z.boolean() },
          COLUMNS,
        ),
      },
    },
    async (c, { query }) => {
      const limit = query.limit ?? DEFAULT_SYMBOLS;
      const found = await symbols.list({
        limit: limit + 1,
        ...(query.after === undefined ? {} : { after: query.after }),
      });
      const rows = found.slice(0, limit).map(inSeconds);
      return query.format === 'csv'
        ? csvRows(c, COLUMNS, rows)
        : success(c, rows, { count: rows.length, has_more: found.length > limit });
    },
  );
}

type Row = z.infer<typeof symbolSchema>;

function inSeconds(facts: SymbolFacts): Row {
  const seconds = (ms: number | null) => (ms === null ? null : Math.floor(ms / 1000));
  return {
    symbol: facts.symbol,
    exchange: facts.exchange,
    newest_tick: seconds(facts.newest_tick),
    first_intraday: seconds(facts.first_intraday),
    last_intraday: seconds(facts.last_intraday),
    first_daily: seconds(facts.first_daily),
    last_daily: seconds(facts.last_daily),
  };
}

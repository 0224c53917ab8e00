/** Bars of a symbol: `/api/data` for ranges of any interval, `/api/ohlc` for the newest ones. */
import { z } from '@hono/zod-openapi';
import { numberOfUnits } from '../../domain/market/units.ts';
import type { Interval } from '../../domain/market/windows.ts';
import type { BarReader, BarSeries, ServedBar } from '../../projections/market/bars.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';
import { marketEndpoint, marketTable } from './endpoint.ts';
import { barLimit, end, format, interval, MAX_BARS, start, symbolParams } from './parameters.ts';
import { success } from './reply.ts';
import { checkRange, csvRows, timeOf } from './rows.ts';

const DEFAULT_DATA = 500;
const DEFAULT_OHLC = 100;
const COLUMNS = ['time', 'date', 'open', 'high', 'low', 'close', 'volume', 'ticks', 'is_open'];

const barSchema = z
  .object({
    time: z.int().meta({ description: 'Start of the bar, Unix seconds; of a day its midnight UTC.' }),
    date: z.string().meta({ description: 'The same as an ISO instant; of a day its date.' }),
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    volume: z.number().meta({ description: 'The sum of the sizes of its trades.' }),
    ticks: z.int().meta({ description: 'Ticks it is made of; 0 when it came whole from a provider.' }),
    is_open: z.literal(true).optional().meta({ description: 'Its time is not over yet.' }),
  })
  .meta({ id: 'Bar' });

const replies = {
  200: marketTable(
    'The bars, in ascending order of time.',
    {
      symbol: z.string(),
      exchange: z.string().meta({ description: 'Whose calendar its days follow.', example: 'XNAS' }),
      interval,
      data: z.array(barSchema),
      count: z.int(),
      has_more: z.boolean().meta({ description: 'The limit has left some of the range out.' }),
    },
    COLUMNS,
  ),
};

export interface DataDependencies {
  readonly bars: BarReader;
}

export function registerData(api: Api, { bars }: DataDependencies): void {
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/data/{symbol}',
      summary: 'Bars of a symbol in a range',
      description:
        'Open, high, low, close and volume. Longer intervals than five minutes begin at multiples of themselves after midnight at the exchange; a day is a trading day of its calendar.',
      params: symbolParams,
      query: z.strictObject({
        interval: interval.optional().meta({ description: '`5min` by default.' }),
        start,
        end,
        limit: barLimit(DEFAULT_DATA),
        format,
      }),
      replies,
      problems: ['not-found'],
    },
    (c, { params, query }) =>
      answer(c, bars, {
        ...query,
        ...params,
        interval: query.interval ?? '5min',
        limit: query.limit ?? (query.start === undefined ? DEFAULT_DATA : MAX_BARS),
      }),
  );
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/ohlc/{symbol}',
      summary: 'The newest bars of a symbol',
      params: symbolParams,
      query: z.strictObject({
        interval: interval.optional().meta({ description: '`1day` by default.' }),
        limit: barLimit(DEFAULT_OHLC),
        format,
      }),
      replies,
      problems: ['not-found'],
    },
    (c, { params, query }) =>
      answer(c, bars, {
        ...query,
        ...params,
        interval: query.interval ?? '1day',
        limit: query.limit ?? DEFAULT_OHLC,
      }),
  );
}

interface Question {
  readonly symbol: string;
  readonly interval: Interval;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly limit: number;
  readonly format?: 'json' | 'csv' | undefined;
}

async function answer(c: ApiContext, reader: BarReader, question: Question): Promise<Response> {
  const { symbol, interval, start, end, limit } = question;
  checkRange(start, end);
  const series = await reader.bars({
    symbol,
    interval,
    // One more than asked for tells whether there are more.
    limit: limit + 1,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  });
  if (!series) throw new Problem('not-found', `No data for symbol: ${symbol}`);
  const more = series.bars.length > limit;
  const bars = start === undefined ? series.bars.slice(-limit) : series.bars.slice(0, limit);
  const rows = bars.map((bar) => rowOf(bar, interval));
  if (question.format === 'csv') return csvRows(c, COLUMNS, rows);
  return success(c, rows, { ...factsOf(series), interval, count: rows.length, has_more: more });
}

function factsOf({ symbol, exchange }: BarSeries) {
  return { symbol, exchange };
}

type Row = z.infer<typeof barSchema>;

function rowOf(bar: ServedBar, interval: Interval): Row {
  return {
    ...timeOf(bar.time, interval === '1day'),
    open: numberOfUnits(bar.open),
    high: numberOfUnits(bar.high),
    low: numberOfUnits(bar.low),
    close: numberOfUnits(bar.close),
    volume: numberOfUnits(bar.volume),
    ticks: bar.ticks,
    ...(bar.isOpen ? { is_open: true as const } : {}),
  };
}

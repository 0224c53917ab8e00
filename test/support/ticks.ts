/** Ticks in few words, what they must come to by the plainest of rules, and what the tables hold. */
import { calendarOf } from '../../domain/market/calendars/calendars.ts';
import type { Tick } from '../../domain/market/tick.ts';
import { textOfUnits } from '../../domain/market/units.ts';
import type { Queryable } from '../../infra/database/queryable.ts';

const ONE = 100_000_000n;

export interface TickText {
  readonly symbol?: string;
  readonly exchange?: string;
  readonly at: number;
  readonly price: number;
  readonly volume?: number;
  readonly bid?: number;
  readonly ask?: number;
}

const units = (value: number | undefined) =>
  value === undefined ? undefined : (BigInt(Math.round(value * 10_000)) * ONE) / 10_000n;

export function tick({ symbol = 'AAPL', exchange, at, price, volume, bid, ask }: TickText): Tick {
  return {
    symbol,
    exchange,
    timestamp: at,
    price: units(price) ?? 0n,
    volume: units(volume),
    bid: units(bid),
    ask: units(ask),
  };
}

export interface BarText {
  readonly symbol: string;
  readonly tier: 'intraday' | 'historical';
  readonly time: string;
  readonly ohlc: string;
  readonly volume: string;
  readonly ticks: number;
}

const keyOf = ({ symbol, timestamp, price, volume, bid, ask }: Tick) =>
  [symbol, timestamp, price, volume, bid, ask].join(' ');

/** The distinct ones, each where it came first. */
export function distinct(ticks: readonly Tick[]): Tick[] {
  return [...new Map([...ticks].reverse().map((each) => [keyOf(each), each])).values()].reverse();
}

/** The bars that ticks come to, all at once, each symbol on the exchange given for it. */
export function barsOf(
  ticks: readonly Tick[],
  exchangeOf: (symbol: string) => string = () => '24x7',
): BarText[] {
  const groups = new Map<string, Tick[]>();
  const put = (tier: BarText['tier'], time: number, each: Tick) => {
    const key = JSON.stringify([each.symbol, tier, new Date(time).toISOString()]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  };
  for (const each of distinct(ticks)) {
    put('intraday', Math.floor(each.timestamp / 300_000) * 300_000, each);
    const session = calendarOf(exchangeOf(each.symbol)).sessionAt(each.timestamp);
    if (session) put('historical', session.date * 86_400_000, each);
  }
  const bars = [...groups].map(([key, members]): BarText => {
    const [symbol, tier, time] = JSON.parse(key) as [string, BarText['tier'], string];
    // Sorting is stable: ticks of one time stay in the order they came.
    const prices = [...members].sort((a, b) => a.timestamp - b.timestamp).map(({ price }) => price);
    const sorted = [...prices].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const ohlc = [prices[0]!, sorted.at(-1)!, sorted[0]!, prices.at(-1)!].map(textOfUnits).join(' ');
    const volume = textOfUnits(members.reduce((sum, { volume: size }) => sum + (size ?? 0n), 0n));
    return { symbol, tier, time, ohlc, volume, ticks: members.length };
  });
  return inOrder(bars);
}

const STORED = `
  select s.symbol, b.tier, to_char(b.time, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
         concat_ws(' ', trim_scale(open), trim_scale(high), trim_scale(low), trim_scale(close)) as ohlc,
         trim_scale(volume)::text as volume, ticks
  from (
    select 'intraday' as tier, symbol_no, time, open, high, low, close, volume, ticks from intraday_ohlcv
    union all
    select 'historical', symbol_no, time, open, high, low, close, volume, ticks from historical_ohlcv
  ) b
  join symbols s using (symbol_no)`;

export async function storedBars(database: Queryable): Promise<BarText[]> {
  return inOrder(await database.query<BarText>(STORED));
}

function inOrder(bars: readonly BarText[]): BarText[] {
  const key = ({ symbol, tier, time }: BarText) => `${symbol} ${tier} ${time}`;
  return [...bars].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export async function storedTicks(database: Queryable): Promise<number> {
  const [row] = await database.query<{ n: number }>('select count(*) as n from realtime_prices');
  return row?.n ?? 0;
}

export interface SnapshotText {
  readonly symbol: string;
  readonly price: string;
  readonly timestamp: number;
  readonly volume: string | null;
  readonly bid: string | null;
  readonly ask: string | null;
}

export function storedSnapshots(database: Queryable): Promise<SnapshotText[]> {
  return database.query<SnapshotText>(`
    select symbol, trim_scale(price)::text as price, timestamp, trim_scale(volume)::text as volume,
           trim_scale(bid)::text as bid, trim_scale(ask)::text as ask
    from price_snapshots order by symbol`);
}

export interface ProgressText {
  readonly tier: string;
  readonly newest: string;
  readonly closes_at: string;
  readonly dirty_from: string | null;
}

export function storedProgress(database: Queryable, symbol: string): Promise<ProgressText[]> {
  return database.query<ProgressText>(
    `select tier, newest, closes_at, dirty_from
     from bar_progress p join symbols s using (symbol_no) where s.symbol = $1 order by tier`,
    [symbol],
  );
}

export async function emptyMarket(database: Queryable): Promise<void> {
  await database.query(
    `truncate symbols, price_snapshots, realtime_prices, intraday_ohlcv, historical_ohlcv, bar_progress cascade`,
    [],
  );
}

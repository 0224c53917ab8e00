/** The symbols: what is there of each, and whose calendar its bars follow. */
import type { Calendars } from '../../domain/market/calendars/calendars.ts';
import type { ExchangeChange, SymbolBook, SymbolFacts } from '../../projections/market/bars.ts';
import type { Database, DatabaseTransaction } from '../database/queryable.ts';
import { remakeSessions } from './session-change.ts';

export interface SymbolBookOptions {
  readonly database: Database;
  readonly calendars: Calendars;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** For how many days bars of five minutes are kept: days before that are not made anew. */
  readonly intradayDays: number;
}

const DEFAULT_LIMIT = 100_000;

export interface SymbolAssignments {
  /**
   * Sees to it that symbols have these exchanges, those that no price was received of yet included.
   * Exchanges that are not known are left out.
   * @returns how many were changed or made
   */
  assign(exchanges: ReadonlyMap<string, string>): Promise<number>;
}

export function createSymbolBook(options: SymbolBookOptions): SymbolBook & SymbolAssignments {
  const { database, calendars } = options;

  async function setExchange(symbol: string, exchange: string): Promise<ExchangeChange> {
    if (!calendars.exchanges.includes(exchange)) {
      return { status: 'unknown_exchange', exchanges: calendars.exchanges };
    }
    return database.transaction((tx) => changeExchange(tx, symbol, exchange, options), { retries: 3 });
  }

  return {
    list: ({ symbol, after, limit = DEFAULT_LIMIT } = {}) =>
      database.query<SymbolFacts>(
        `select s.symbol, s.exchange, p.timestamp as newest_tick,
                (extract(epoch from fi.time) * 1000)::bigint as first_intraday,
                (extract(epoch from li.time) * 1000)::bigint as last_intraday,
                (extract(epoch from fd.time) * 1000)::bigint as first_daily,
                (extract(epoch from ld.time) * 1000)::bigint as last_daily
         from (
           select * from public.symbols
           where ($1::text is null or symbol = $1) and ($2::text is null or symbol > $2)
           order by symbol limit $3
         ) s
         left join public.price_snapshots p on p.symbol_no = s.symbol_no
         left join lateral (select time from public.intraday_ohlcv b where b.symbol_no = s.symbol_no
                            order by time limit 1) fi on true
         left join lateral (select time from public.intraday_ohlcv b where b.symbol_no = s.symbol_no
                            order by time desc limit 1) li on true
         left join lateral (select time from public.historical_ohlcv b where b.symbol_no = s.symbol_no
                            order by time limit 1) fd on true
         left join lateral (select time from public.historical_ohlcv b where b.symbol_no = s.symbol_no
                            order by time desc limit 1) ld on true
         order by s.symbol`,
        [symbol ?? null, after ?? null, limit],
      ),
    setExchange,
    async assign(exchanges) {
      const known = [...exchanges].filter(([, exchange]) => calendars.exchanges.includes(exchange));
      const made = await database.query<{ symbol: string }>(
        `insert into public.symbols (symbol, exchange)
         select * from unnest($1::text[], $2::text[])
         on conflict (symbol) do nothing
         returning symbol`,
        [known.map(([symbol]) => symbol), known.map(([, exchange]) => exchange)],
      );
      const other = await database.query<{ symbol: string }>(
        `select s.symbol from public.symbols s
         join unnest($1::text[], $2::text[]) as wanted (symbol, exchange) using (symbol)
         where s.exchange <> wanted.exchange`,
        [known.map(([symbol]) => symbol), known.map(([, exchange]) => exchange)],
      );
      // One after another: each is a transaction that makes bars anew, and there are few.
      for (const { symbol } of other) await setExchange(symbol, exchanges.get(symbol)!);
      return made.length + other.length;
    },
  };
}

async function changeExchange(
  tx: DatabaseTransaction,
  symbol: string,
  exchange: string,
  { calendars, now, intradayDays }: SymbolBookOptions,
): Promise<ExchangeChange> {
  // Whoever takes ticks of a symbol holds its snapshot: until the commit none come in.
  await tx.query('select from public.price_snapshots where symbol = $1 for update', [symbol]);
  const [found] = await tx.query<{ symbol_no: number; exchange: string }>(
    'select symbol_no, exchange from public.symbols where symbol = $1 for no key update',
    [symbol],
  );
  if (!found) return { status: 'unknown_symbol' };
  if (found.exchange === exchange) return { status: 'unchanged', exchange };
  await tx.query('update public.symbols set exchange = $2 where symbol_no = $1', [found.symbol_no, exchange]);
  const dailyBars = await remakeSessions(tx, {
    symbolNo: found.symbol_no,
    calendar: calendars.calendarOf(exchange),
    since: now() - intradayDays * 86_400_000,
  });
  return { status: 'changed', from: found.exchange, to: exchange, dailyBars };
}

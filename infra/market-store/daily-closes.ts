/** Closes of trading days that are over, and the securities of the books they belong to. */
import type { DailyClose, DailyCloses } from '../../commands/market-closes.ts';
import { streams } from '../../domain/events.ts';
import { means, parseSymbol } from '../../domain/market/symbol.ts';
import type { ParsedSymbol } from '../../domain/market/symbol.ts';
import type { Queryable } from '../database/queryable.ts';

/** Symbols looked at together. */
const SYMBOLS = 500;

/** Days of each symbol looked at together, the earliest first. */
const DAYS = 100;

const DUE = `
  select s.symbol, s.exchange, to_char(b.time, 'YYYY-MM-DD') as date, trim_scale(b.close)::text as close,
         b.ticks
  from (
    select symbol_no, newest, closes_at, priced_through
    from bar_progress
    where tier = 'historical'
      and (newest > priced_through or priced_through is null)
      and (closes_at <= $1 or exists (
        select from historical_ohlcv b
        where b.symbol_no = bar_progress.symbol_no and b.time < newest
          and (b.time > priced_through or priced_through is null)))
    order by symbol_no
    limit $2
  ) p
  join symbols s using (symbol_no)
  cross join lateral (
    select b.time, b.close, b.ticks
    from historical_ohlcv b
    where b.symbol_no = p.symbol_no and (b.time > p.priced_through or p.priced_through is null)
      and (b.time < p.newest or p.closes_at <= $1)
    order by b.time
    limit $3
  ) b
  order by b.time, s.symbol`;

const MARK = `
  update bar_progress p
  set priced_through = greatest(p.priced_through, m.through)
  from (
    select symbol, max(date)::timestamptz as through
    from unnest($1::text[], $2::date[]) as m (symbol, date)
    group by symbol
  ) m
  join symbols s using (symbol)
  where p.symbol_no = s.symbol_no and p.tier = 'historical'`;

const CANDIDATES = `select security_id, symbol from securities where symbol is not null and type <> 'cash'`;

// The books may be behind the log: what they have not registered yet is looked for in the log itself.
const PRICED = `
  with wanted as (
    select * from unnest($1::text[], $2::date[], $3::text[]) as w (security_id, date, stream_id)
  )
  select w.security_id, to_char(w.date, 'YYYY-MM-DD') as date
  from wanted w
  join securities s using (security_id)
  join prices p on p.security_no = s.security_no and p.day = w.date - date '1970-01-01'
  union
  select w.security_id, to_char(w.date, 'YYYY-MM-DD')
  from public.events e
  join wanted w on w.stream_id = e.stream_id
  cross join lateral json_array_elements(e.data -> 'prices') p
  where e.type = 'PricesRecorded'
    and e.position > coalesce((select position from checkpoints where name = 'register'), 0)
    and p ->> 0 = to_char(w.date, 'YYYY-MM-DD')`;

interface Due {
  readonly symbol: string;
  readonly exchange: string;
  readonly date: string;
  readonly close: string;
  readonly ticks: number;
}

/**
 * Only bars made of ticks are offered: those of providers may be adjusted for later splits, which prices of
 * the books are not.
 * @param books the generation that readers see
 */
export function createDailyCloses(database: Queryable, books: () => Promise<Queryable>): DailyCloses {
  return {
    async due(now) {
      const due = await database.query<Due>(DUE, [new Date(now).toISOString(), SYMBOLS, DAYS]);
      if (due.length === 0) return [];
      const db = await books();
      const carriers = carriersOf(await db.query<{ security_id: string; symbol: string }>(CANDIDATES));
      const wanted = due.flatMap((close) =>
        (close.ticks === 0 ? [] : (carriers.get(close.symbol) ?? []))
          .filter(({ code }) => means(code, close.exchange))
          .map(({ securityId }) => ({ securityId, date: close.date, symbol: close.symbol })),
      );
      const priced = await pricedAlready(db, wanted);
      const open = new Map<string, string[]>();
      for (const { securityId, date, symbol } of wanted) {
        if (priced.has(`${date} ${securityId}`)) continue;
        const key = `${date} ${symbol}`;
        open.set(key, [...(open.get(key) ?? []), securityId]);
      }
      return due.map(({ ticks: _, ...close }): DailyClose => ({
        ...close,
        securityIds: open.get(`${close.date} ${close.symbol}`) ?? [],
      }));
    },
    async mark(closes) {
      await database.query(MARK, [closes.map(({ symbol }) => symbol), closes.map(({ date }) => date)]);
    },
  };
}

interface Carrier {
  readonly securityId: string;
  readonly code: ParsedSymbol;
}

function carriersOf(
  securities: readonly { readonly security_id: string; readonly symbol: string }[],
): ReadonlyMap<string, Carrier[]> {
  const carriers = new Map<string, Carrier[]>();
  for (const { security_id, symbol } of securities) {
    const code = parseSymbol(symbol);
    if (!code) continue;
    const carrier = { securityId: security_id, code };
    const others = carriers.get(code.symbol);
    if (others) others.push(carrier);
    else carriers.set(code.symbol, [carrier]);
  }
  return carriers;
}

async function pricedAlready(
  db: Queryable,
  wanted: readonly { readonly securityId: string; readonly date: string }[],
): Promise<ReadonlySet<string>> {
  if (wanted.length === 0) return new Set();
  const rows = await db.query<{ security_id: string; date: string }>(PRICED, [
    wanted.map(({ securityId }) => securityId),
    wanted.map(({ date }) => date),
    wanted.map(({ securityId }) => streams.prices(securityId)),
  ]);
  return new Set(rows.map(({ security_id, date }) => `${date} ${security_id}`));
}

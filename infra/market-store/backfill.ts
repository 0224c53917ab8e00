/** Bars that come whole from a provider, and what it had nothing for. */
import { isoDate } from '../../domain/dates.ts';
import type {
  BackfillStore,
  Filling,
  KnownSymbol,
  TimeRange,
} from '../../projections/market/backfill-store.ts';
import type { Database, DatabaseTransaction } from '../database/database.ts';

/** A deadlock with a writer of ticks is over after one of the two has begun again. */
const RETRIES = 5;

export function createBackfillStore(database: Database): BackfillStore {
  const find = async (symbol: string): Promise<KnownSymbol | undefined> => {
    const [found] = await database.query<{ symbol_no: number; exchange: string }>(
      `select symbol_no, exchange from symbols where symbol = $1`,
      [symbol],
    );
    return found && { symbolNo: found.symbol_no, exchange: found.exchange };
  };
  return {
    find,
    async register(symbol, exchange) {
      await database.query(
        `insert into symbols (symbol, exchange) values ($1, $2) on conflict (symbol) do nothing`,
        [symbol, exchange],
      );
      return (await find(symbol))!;
    },
    async present(symbolNo, tier, { from, to }) {
      const rows = await database.query<{ ms: number }>(PRESENT[tier], [symbolNo, from, to]);
      return rows.map(({ ms }) => ms);
    },
    absences: (symbolNo, tier, provider, { from, to }) =>
      database.query<TimeRange>(
        `select (extract(epoch from from_time) * 1000)::bigint as "from",
                (extract(epoch from to_time) * 1000)::bigint as "to"
         from backfill_absences
         where symbol_no = $1 and tier = $2 and provider = $3
           and to_time > 'epoch'::timestamptz + $4::bigint * interval '1 millisecond'
           and from_time < 'epoch'::timestamptz + $5::bigint * interval '1 millisecond'
         order by from_time`,
        [symbolNo, tier, provider, from, to],
      ),
    fill: (filling) => database.transaction((tx) => fill(tx, filling), { retries: RETRIES }),
  };
}

const PRESENT = {
  intraday: `
    select (extract(epoch from time) * 1000)::bigint as ms
    from intraday_ohlcv
    where symbol_no = $1
      and time >= 'epoch'::timestamptz + $2::bigint * interval '1 millisecond'
      and time < 'epoch'::timestamptz + $3::bigint * interval '1 millisecond'`,
  historical: `
    select (extract(epoch from time) * 1000)::bigint as ms
    from historical_ohlcv
    where symbol_no = $1
      and time >= 'epoch'::timestamptz + $2::bigint * interval '1 millisecond'
      and time < 'epoch'::timestamptz + $3::bigint * interval '1 millisecond'`,
} as const;

async function fill(tx: DatabaseTransaction, filling: Filling): Promise<number> {
  const { symbolNo, tier, bars, absent, provider } = filling;
  // Whoever takes ticks of the symbol holds this row: its bars and their progress change in turn.
  await tx.query(`select from price_snapshots where symbol_no = $1 for update`, [symbolNo]);
  const inserted = bars.length === 0 ? [] : await insertBars(tx, filling);
  if (inserted.length > 0) {
    const closing = new Map(bars.map(({ start, closesAt }) => [start, closesAt]));
    const [earliest, newest] = edges(inserted);
    await tx.query(PROGRESS, [symbolNo, tier, newest, closing.get(newest)!, earliest]);
  }
  if (absent.length > 0)
    await tx.query(ABSENCES, [
      symbolNo,
      tier,
      provider,
      absent.map(({ from }) => from),
      absent.map(({ to }) => to),
    ]);
  return inserted.length;
}

/** The earliest and the latest, without handing thousands of arguments on. */
function edges(times: readonly number[]): [number, number] {
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return [first, last];
}

// A bar that was the newest until now is over, and wants its indicators if it has none.
const PROGRESS = `
  insert into bar_progress (symbol_no, tier, newest, closes_at, dirty_from)
  values ($1, $2,
          'epoch'::timestamptz + $3::bigint * interval '1 millisecond',
          'epoch'::timestamptz + $4::bigint * interval '1 millisecond',
          'epoch'::timestamptz + $5::bigint * interval '1 millisecond')
  on conflict (symbol_no, tier) do update set
    newest = greatest(bar_progress.newest, excluded.newest),
    closes_at = case when excluded.newest > bar_progress.newest then excluded.closes_at
                     else bar_progress.closes_at end,
    dirty_from = least(bar_progress.dirty_from, excluded.dirty_from,
                       case when excluded.newest > bar_progress.newest
                             and bar_progress.newest > coalesce(bar_progress.indicated_through, '-infinity')
                            then bar_progress.newest end)`;

const ABSENCES = `
  insert into backfill_absences (symbol_no, tier, provider, from_time, to_time)
  select $1, $2, $3,
         'epoch'::timestamptz + a.from_ms * interval '1 millisecond',
         'epoch'::timestamptz + a.to_ms * interval '1 millisecond'
  from unnest($4::bigint[], $5::bigint[]) as a (from_ms, to_ms)
  on conflict (symbol_no, tier, provider, from_time) do update set
    to_time = greatest(backfill_absences.to_time, excluded.to_time),
    asked_at = excluded.asked_at`;

/** @returns the starts of the bars that were new */
async function insertBars(tx: DatabaseTransaction, { symbolNo, tier, bars }: Filling): Promise<number[]> {
  const rows = await tx.query<{ ms: number }>(INSERT[tier], [
    symbolNo,
    bars.map(({ start }) => start),
    bars.map(({ open }) => open),
    bars.map(({ high }) => high),
    bars.map(({ low }) => low),
    bars.map(({ close }) => close),
    bars.map(({ volume }) => volume),
    ...(tier === 'intraday' ? [bars.map(({ session }) => isoDate(session))] : []),
  ]);
  return rows.map(({ ms }) => ms);
}

const INSERT = {
  intraday: `
    insert into intraday_ohlcv (symbol_no, time, session_date, open, high, low, close, volume, ticks)
    select $1, 'epoch'::timestamptz + b.ms * interval '1 millisecond', b.session_date,
           b.open, b.high, b.low, b.close, b.volume, 0
    from unnest($2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
                $8::date[]) as b (ms, open, high, low, close, volume, session_date)
    order by b.ms
    on conflict do nothing
    returning (extract(epoch from time) * 1000)::bigint as ms`,
  historical: `
    insert into historical_ohlcv (symbol_no, time, open, high, low, close, volume, ticks)
    select $1, 'epoch'::timestamptz + b.ms * interval '1 millisecond',
           b.open, b.high, b.low, b.close, b.volume, 0
    from unnest($2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
         as b (ms, open, high, low, close, volume)
    order by b.ms
    on conflict do nothing
    returning (extract(epoch from time) * 1000)::bigint as ms`,
} as const;

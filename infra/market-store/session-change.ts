/**
 * The bars of a symbol by another calendar: to which session each bar of five minutes belongs, and the daily
 * bars anew from those that are made of ticks. It comes out exactly, for sessions begin and are settled at
 * multiples of five minutes.
 */
import type { Calendar } from '../../domain/market/calendar.ts';
import { MS_PER_DAY } from '../../domain/market/calendars/zone.ts';
import { mergeBars } from '../../domain/market/bar-delta.ts';
import type { BarDelta } from '../../domain/market/bar-delta.ts';
import { textOfUnits } from '../../domain/market/units.ts';
import type { Queryable } from '../database/queryable.ts';
import { storedUnits } from './stored-units.ts';

export interface SessionChange {
  readonly symbolNo: number;
  readonly calendar: Calendar;
  /** Unix milliseconds: sessions that opened before it stay as they are, their bars may be incomplete. */
  readonly since: number;
}

interface FiveMinutes {
  readonly at: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly ticks: number;
  readonly first_at: number | null;
  readonly last_at: number | null;
}

const PAGE_ROWS = 20_000;

/**
 * Runs in the transaction that holds the symbol.
 * @returns how many daily bars there are anew
 */
export async function remakeSessions(tx: Queryable, change: SessionChange): Promise<number> {
  const { symbolNo, calendar, since } = change;
  // Whoever makes indicators holds these until they are written: they would be those of bars that go.
  await tx.query('select from public.bar_progress where symbol_no = $1 for update', [symbolNo]);
  const days = new Map<number, BarDelta>();
  let from = since;
  for (;;) {
    const page = await fiveMinutes(tx, symbolNo, from);
    for (const bar of page) addToDay(days, bar, change);
    await assignSessions(tx, symbolNo, page, calendar);
    if (page.length < PAGE_ROWS) break;
    from = page.at(-1)!.at + 1;
  }
  await replaceDailyBars(tx, symbolNo, new Date(firstDate(change) * MS_PER_DAY).toISOString(), days);
  await tellProgress(tx, change);
  return days.size;
}

/** The first date whose whole session lies in what is looked at. */
function firstDate({ calendar, since }: SessionChange): number {
  const date = calendar.dateAt(since);
  // No exchange is closed for a year.
  const sessions = calendar.sessionsBetween(date, date + 366);
  return sessions.find(({ open }) => open >= since)?.date ?? date + 1;
}

function fiveMinutes(tx: Queryable, symbolNo: number, from: number): Promise<FiveMinutes[]> {
  return tx.query<FiveMinutes>(
    `select (extract(epoch from time) * 1000)::bigint as at, open, high, low, close, volume, ticks,
            first_at, last_at
     from public.intraday_ohlcv
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
     order by time
     limit $3`,
    [symbolNo, from, PAGE_ROWS],
  );
}

function addToDay(days: Map<number, BarDelta>, row: FiveMinutes, { calendar, since }: SessionChange): void {
  const session = calendar.sessionAt(row.at);
  // A provider's bars never become part of one that is made of ticks.
  if (!session || session.open < since || row.first_at === null || row.last_at === null) return;
  const bar: BarDelta = {
    open: storedUnits(row.open),
    high: storedUnits(row.high),
    low: storedUnits(row.low),
    close: storedUnits(row.close),
    volume: storedUnits(row.volume),
    ticks: row.ticks,
    firstAt: row.first_at,
    lastAt: row.last_at,
  };
  const day = days.get(session.date);
  days.set(session.date, day ? mergeBars(day, bar) : bar);
}

async function assignSessions(
  tx: Queryable,
  symbolNo: number,
  page: readonly FiveMinutes[],
  calendar: Calendar,
): Promise<void> {
  await tx.query(
    `update public.intraday_ohlcv b
     set session_date = date '1970-01-01' + s.day
     from unnest($2::double precision[], $3::integer[]) as s (at, day)
     where b.symbol_no = $1 and b.time = to_timestamp(s.at / 1000)
       and b.session_date is distinct from date '1970-01-01' + s.day`,
    [symbolNo, page.map(({ at }) => at), page.map(({ at }) => calendar.sessionAt(at)?.date ?? null)],
  );
}

async function replaceDailyBars(
  tx: Queryable,
  symbolNo: number,
  first: string,
  days: ReadonlyMap<number, BarDelta>,
): Promise<void> {
  await tx.query(
    'delete from public.historical_ohlcv where symbol_no = $1 and time >= $2::timestamptz and ticks > 0',
    [symbolNo, first],
  );
  const bars = [...days.values()];
  await tx.query(
    `insert into public.historical_ohlcv
       (symbol_no, time, open, high, low, close, volume, ticks, first_at, last_at)
     select $1, to_timestamp(d.day::double precision * 86400), d.open, d.high, d.low, d.close, d.volume,
            d.ticks, d.first_at, d.last_at
     from unnest($2::integer[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
                 $8::integer[], $9::bigint[], $10::bigint[])
       as d (day, open, high, low, close, volume, ticks, first_at, last_at)
     on conflict (symbol_no, time) do nothing`,
    [
      symbolNo,
      [...days.keys()],
      bars.map(({ open }) => textOfUnits(open)),
      bars.map(({ high }) => textOfUnits(high)),
      bars.map(({ low }) => textOfUnits(low)),
      bars.map(({ close }) => textOfUnits(close)),
      bars.map(({ volume }) => textOfUnits(volume)),
      bars.map(({ ticks }) => ticks),
      bars.map(({ firstAt }) => firstAt),
      bars.map(({ lastAt }) => lastAt),
    ],
  );
}

/** Indicators from there on are those of other bars: they go, and the bars want them anew. */
async function tellProgress(tx: Queryable, change: SessionChange): Promise<void> {
  const { symbolNo, calendar, since } = change;
  const firstDay = new Date(firstDate(change) * MS_PER_DAY).toISOString();
  const firstBar = new Date(since).toISOString();
  await tx.query('delete from public.daily_analytics where symbol_no = $1 and time >= $2::timestamptz', [
    symbolNo,
    firstDay,
  ]);
  await tx.query(
    `delete from public.indicator_checkpoints
     where symbol_no = $1
       and time >= case tier when 'historical' then $2::timestamptz else $3::timestamptz end`,
    [symbolNo, firstDay, firstBar],
  );
  const [newest] = await tx.query<{ time: string | null; day: number | null }>(
    `select max(time) as time, max((time at time zone 'UTC')::date) - date '1970-01-01' as day
     from public.historical_ohlcv where symbol_no = $1`,
    [symbolNo],
  );
  await tx.query(`delete from public.bar_progress where symbol_no = $1 and tier = 'historical'`, [symbolNo]);
  if (newest && newest.time !== null && newest.day !== null) {
    const closes = calendar.sessionOn(newest.day)?.settled ?? (newest.day + 1) * MS_PER_DAY;
    await tx.query(
      `insert into public.bar_progress (symbol_no, tier, newest, closes_at, dirty_from, indicated_through)
       select $1, 'historical', $2::timestamptz, to_timestamp($3::double precision / 1000),
              (select min(time) from public.historical_ohlcv b
               where b.symbol_no = $1 and b.time >= $4::timestamptz),
              (select max(time) from public.daily_analytics where symbol_no = $1)`,
      [symbolNo, newest.time, closes, firstDay],
    );
  }
  await tx.query(
    `update public.bar_progress p
     set dirty_from = b.first,
         indicated_through = (select max(time) from public.intraday_analytics a
                              where a.symbol_no = $1 and a.time < b.first)
     from (select min(time) as first from public.intraday_ohlcv
           where symbol_no = $1 and time >= $2::timestamptz) b
     where p.symbol_no = $1 and p.tier = 'intraday' and b.first is not null`,
    [symbolNo, firstBar],
  );
}

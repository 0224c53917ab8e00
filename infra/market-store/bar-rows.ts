/** Rows of the bar tables, read page by page. */
import type { Bar } from '../../domain/market/roll-up.ts';
import type { Queryable } from '../database/queryable.ts';
import { storedUnits } from './stored-units.ts';

interface BarRow {
  readonly at: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly ticks: number;
  readonly session: number | null;
}

/** Bars that begin from `from` to before `to`, Unix milliseconds. */
export interface Page {
  readonly symbolNo: number;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The first or the last of the range, in ascending order all the same. */
export type ReadPage = (db: Queryable, page: Page) => Promise<Bar[]>;

export const firstFiveMinuteBars: ReadPage = async (db, { symbolNo, from, to, limit }) => {
  const rows = await db.query<BarRow>(
    `select (extract(epoch from time) * 1000)::bigint as at, open, high, low, close, volume, ticks,
            session_date - date '1970-01-01' as session
     from public.intraday_ohlcv
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time
     limit $4`,
    [symbolNo, from, to, limit],
  );
  return rows.map(barOf);
};

export const lastFiveMinuteBars: ReadPage = async (db, { symbolNo, from, to, limit }) => {
  const rows = await db.query<BarRow>(
    `select (extract(epoch from time) * 1000)::bigint as at, open, high, low, close, volume, ticks,
            session_date - date '1970-01-01' as session
     from public.intraday_ohlcv
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time desc
     limit $4`,
    [symbolNo, from, to, limit],
  );
  return rows.reverse().map(barOf);
};

export const firstDailyBars: ReadPage = async (db, { symbolNo, from, to, limit }) => {
  const rows = await db.query<BarRow>(
    `select (extract(epoch from time) * 1000)::bigint as at, open, high, low, close, volume, ticks,
            (time at time zone 'UTC')::date - date '1970-01-01' as session
     from public.historical_ohlcv
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time
     limit $4`,
    [symbolNo, from, to, limit],
  );
  return rows.map(barOf);
};

export const lastDailyBars: ReadPage = async (db, { symbolNo, from, to, limit }) => {
  const rows = await db.query<BarRow>(
    `select (extract(epoch from time) * 1000)::bigint as at, open, high, low, close, volume, ticks,
            (time at time zone 'UTC')::date - date '1970-01-01' as session
     from public.historical_ohlcv
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time desc
     limit $4`,
    [symbolNo, from, to, limit],
  );
  return rows.reverse().map(barOf);
};

/**
 * Bars of one minute, made of ticks; all that begin in the range. The table does not tell in which order
 * ticks of one millisecond arrived: of those the lowest opens a bar and the highest closes it.
 */
export async function minuteBars(db: Queryable, { symbolNo, from, to }: Omit<Page, 'limit'>): Promise<Bar[]> {
  const rows = await db.query<BarRow>(
    `select (extract(epoch from minute) * 1000)::bigint as at,
            (min(array[extract(epoch from time), price]))[2] as open, max(price) as high,
            min(price) as low, (max(array[extract(epoch from time), price]))[2] as close,
            coalesce(sum(volume), 0) as volume, count(*)::integer as ticks, null::integer as session
     from public.realtime_prices, date_bin('1 minute', time, 'epoch') as minute
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     group by minute
     order by minute`,
    [symbolNo, from, to],
  );
  return rows.map(barOf);
}

/** The minute of the tick that follows the first `limit` of a range, which may be none. */
export async function minuteAfterFirst(
  db: Queryable,
  { symbolNo, from, to, limit }: Page,
): Promise<number | undefined> {
  const [row] = await db.query<{ minute: number }>(
    `select (extract(epoch from date_bin('1 minute', time, 'epoch')) * 1000)::bigint as minute
     from public.realtime_prices
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time
     offset $4 limit 1`,
    [symbolNo, from, to, limit],
  );
  return row?.minute;
}

/** The minute of the tick that comes before the last `limit` of a range, which may be none. */
export async function minuteBeforeLast(
  db: Queryable,
  { symbolNo, from, to, limit }: Page,
): Promise<number | undefined> {
  const [row] = await db.query<{ minute: number }>(
    `select (extract(epoch from date_bin('1 minute', time, 'epoch')) * 1000)::bigint as minute
     from public.realtime_prices
     where symbol_no = $1 and time >= to_timestamp($2::double precision / 1000)
       and time < to_timestamp($3::double precision / 1000)
     order by time desc
     offset $4 limit 1`,
    [symbolNo, from, to, limit],
  );
  return row?.minute;
}

function barOf({ at, session, ticks, ...row }: BarRow): Bar {
  return {
    time: at,
    open: storedUnits(row.open),
    high: storedUnits(row.high),
    low: storedUnits(row.low),
    close: storedUnits(row.close),
    volume: storedUnits(row.volume),
    ticks,
    session,
  };
}

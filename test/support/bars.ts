/** Symbols, ticks and bars put into the tables as they are, and the bars of a reader in few words. */
import type { ServedBar } from '../../projections/market/bars.ts';
import { textOfUnits } from '../../domain/market/units.ts';
import type { Queryable } from '../../infra/database/queryable.ts';

export async function givenSymbol(db: Queryable, symbol: string, exchange = '24x7'): Promise<number> {
  const [row] = await db.query<{ symbol_no: number }>(
    'insert into public.symbols (symbol, exchange) values ($1, $2) returning symbol_no',
    [symbol, exchange],
  );
  return row!.symbol_no;
}

/** `2025-06-02T13:30 10 12 9 11 500`: instant in UTC, open, high, low, close, volume. */
export type BarLine = string;

const columns = (lines: readonly BarLine[], position: number) =>
  lines.map((line) => line.split(' ')[position]!);
const instants = (lines: readonly BarLine[]) => columns(lines, 0).map((text) => `${text}Z`);

/** Bars of five minutes, of one tick each. */
export async function givenFiveMinutes(db: Queryable, symbolNo: number, lines: readonly BarLine[]) {
  await db.query(
    `insert into public.intraday_ohlcv
       (symbol_no, time, open, high, low, close, volume, ticks, first_at, last_at)
     select $1, t.time, t.open, t.high, t.low, t.close, t.volume, 1,
            extract(epoch from t.time) * 1000, extract(epoch from t.time) * 1000
     from unnest($2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
       as t (time, open, high, low, close, volume)`,
    [symbolNo, instants(lines), ...[1, 2, 3, 4, 5].map((at) => columns(lines, at))],
  );
}

/** Daily bars, of one tick each unless they came whole from a provider. */
export async function givenDays(
  db: Queryable,
  symbolNo: number,
  lines: readonly BarLine[],
  { whole = false } = {},
) {
  await db.query(
    `insert into public.historical_ohlcv
       (symbol_no, time, open, high, low, close, volume, ticks, first_at, last_at)
     select $1, t.time, t.open, t.high, t.low, t.close, t.volume, case when $8 then 0 else 1 end,
            case when not $8 then extract(epoch from t.time) * 1000 end,
            case when not $8 then extract(epoch from t.time) * 1000 end
     from unnest($2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
       as t (time, open, high, low, close, volume)`,
    [
      symbolNo,
      columns(lines, 0).map((date) => `${date}T00:00Z`),
      ...[1, 2, 3, 4, 5].map((at) => columns(lines, at)),
      whole,
    ],
  );
}

/** `2025-06-02T13:30:00.123 10.5 300`: instant in UTC, price, volume. */
export async function givenTicks(db: Queryable, symbolNo: number, lines: readonly string[]) {
  await db.query(
    `insert into public.realtime_prices (symbol_no, time, price, volume)
     select $1, * from unnest($2::timestamptz[], $3::numeric[], $4::numeric[])`,
    [symbolNo, instants(lines), columns(lines, 1), lines.map((line) => line.split(' ')[2] ?? null)],
  );
}

export function barText(bar: ServedBar): string {
  const time = new Date(bar.time).toISOString().slice(0, 16);
  const figures = [bar.open, bar.high, bar.low, bar.close, bar.volume].map(textOfUnits);
  return [time, ...figures, ...(bar.isOpen ? ['open'] : [])].join(' ');
}

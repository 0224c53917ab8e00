/** The symbols that ticks are of: made where they are missing, held, and read as they stand then. */
import type { Calendar } from '../../domain/market/calendar.ts';
import { unitsOfText } from '../../domain/market/units.ts';
import type { StoredSymbol } from '../../projections/market/tick-fold.ts';
import type { Queryable } from '../database/queryable.ts';
import { textArray } from '../event-store/binary-array.ts';

/** What is known of a symbol beside its price. */
export interface TickSymbol extends StoredSymbol {
  readonly id: string;
  readonly createdAt: string;
}

// Those that are there are left out before: a conflict would cost a number of the sequence each time.
const INSERT_SYMBOLS = `
  insert into symbols (symbol, exchange)
  select n.symbol, coalesce(nullif(n.exchange, ''), '24x7')
  from unnest($1::text[], $2::text[]) as n (symbol, exchange)
  where not exists (select from symbols s where s.symbol = n.symbol)
  order by n.symbol
  on conflict (symbol) do nothing`;

// No tick is older than this row, which is there only to be held until the first one is written into it.
const INSERT_SNAPSHOTS = `
  insert into price_snapshots (symbol, symbol_no, price, timestamp)
  select s.symbol, s.symbol_no, 0, -1
  from symbols s
  where s.symbol = any($1::text[])
    and not exists (select from price_snapshots p where p.symbol_no = s.symbol_no)
  order by s.symbol
  on conflict do nothing`;

/** Makes the symbols among these that are missing, in one order for all who do. */
export async function insertSymbols(
  tx: Queryable,
  symbols: readonly { readonly symbol: string; readonly exchange: string | undefined }[],
): Promise<void> {
  if (symbols.length === 0) return;
  await tx.query(INSERT_SYMBOLS, [
    textArray(symbols.map(({ symbol }) => symbol)),
    textArray(symbols.map(({ exchange }) => exchange ?? '')),
  ]);
}

/** Makes the rows among these that are missing, so that they can be held; in one order for all who do. */
export async function insertSnapshots(
  tx: Queryable,
  symbols: readonly { readonly symbol: string }[],
): Promise<void> {
  if (symbols.length === 0) return;
  await tx.query(INSERT_SNAPSHOTS, [textArray(symbols.map(({ symbol }) => symbol))]);
}

// In the order of their numbers, so that nobody waits for somebody who waits for him.
const HOLD = `
  select count(*)
  from (
    select symbol_no from price_snapshots
    where symbol = any($1::text[])
    order by symbol_no
    for update
  ) as held`;

// A statement of its own: it sees what was committed while the one before waited, the exchange included.
const READ = `
  select s.symbol_no as no, s.symbol, s.exchange, p.id, p.price, p.timestamp, p.volume, p.bid, p.ask,
         p.created_at, statement_timestamp() as at
  from price_snapshots p
  join symbols s on s.symbol_no = p.symbol_no
  where p.symbol = any($1::text[])`;

interface Row {
  readonly no: number;
  readonly symbol: string;
  readonly exchange: string;
  readonly id: string;
  readonly price: string;
  readonly timestamp: number;
  readonly volume: string | null;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly created_at: string;
  readonly at: string;
}

export interface HeldSymbols {
  readonly symbols: ReadonlyMap<string, TickSymbol>;
  /** The moment from which they are held. */
  readonly at: string;
}

/** Holds the rows of symbols until the end of the transaction. */
export async function holdSymbols(tx: Queryable, symbols: readonly string[]): Promise<void> {
  if (symbols.length > 0) await tx.query(HOLD, [textArray(symbols)]);
}

/** Reads symbols that are held. */
export async function readSymbols(
  tx: Queryable,
  symbols: readonly string[],
  calendarOf: (exchange: string) => Calendar,
): Promise<HeldSymbols> {
  if (symbols.length === 0) return { symbols: new Map(), at: '' };
  const rows = await tx.query<Row>(READ, [textArray(symbols)]);
  const held = new Map<string, TickSymbol>();
  for (const row of rows)
    held.set(row.symbol, {
      symbolNo: row.no,
      symbol: row.symbol,
      calendar: calendarOf(row.exchange),
      id: row.id,
      createdAt: row.created_at,
      current: {
        price: units(row.price) ?? 0n,
        timestamp: row.timestamp,
        volume: units(row.volume),
        bid: units(row.bid),
        ask: units(row.ask),
      },
    });
  return { symbols: held, at: rows[0]?.at ?? '' };
}

function units(text: string | null): bigint | undefined {
  return text === null ? undefined : unitsOfText(text);
}

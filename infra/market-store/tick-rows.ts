/** Rows of `realtime_prices`: ticks that are there already, and new ones written. */
import type { Tick } from '../../domain/market/tick.ts';
import type { KeptTicks } from '../../projections/market/tick-fold.ts';
import type { DatabaseTransaction, Queryable } from '../database/queryable.ts';
import { int4Array, numericArray, timeArray, writeTime } from './tick-arrays.ts';
import { MAX_NUMERIC_BYTES, writeInt2, writeInt4, writeNumeric } from './tick-numeric.ts';

/** A tick, the number of its symbol, and where it stands among those given. */
export interface Suspect {
  readonly index: number;
  readonly symbolNo: number;
  readonly tick: Tick;
}

// The span of time is told apart from the ticks: by it the server passes over whole chunks.
const REPEATED = `
  select t.index
  from unnest($1::int[], $2::int[], $3::timestamptz[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
    as t (index, symbol_no, time, price, volume, bid, ask)
  where exists (
    select from realtime_prices r
    where r.symbol_no = t.symbol_no and r.time = t.time
      and r.time between $8::timestamptz and $9::timestamptz
      and r.price = t.price and r.volume is not distinct from t.volume
      and r.bid is not distinct from t.bid and r.ask is not distinct from t.ask)`;

/** The indexes of those that are stored word for word. */
export async function findRepeated(tx: Queryable, suspects: readonly Suspect[]): Promise<Set<number>> {
  if (suspects.length === 0) return new Set();
  const ticks = suspects.map(({ tick }) => tick);
  const times = ticks.map(({ timestamp }) => timestamp);
  const [from, to] = extent(times);
  const rows = await tx.query<{ index: number }>(REPEATED, [
    int4Array(suspects.map(({ index }) => index)),
    int4Array(suspects.map(({ symbolNo }) => symbolNo)),
    timeArray(times),
    ...amounts(ticks),
    new Date(from).toISOString(),
    new Date(to).toISOString(),
  ]);
  return new Set(rows.map(({ index }) => index));
}

function extent(times: readonly number[]): readonly [number, number] {
  let from = Infinity;
  let to = -Infinity;
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return [from, to];
}

function amounts(ticks: readonly Tick[]): Buffer[] {
  return [
    numericArray(ticks.map(({ price }) => price)),
    numericArray(ticks.map(({ volume }) => volume)),
    numericArray(ticks.map(({ bid }) => bid)),
    numericArray(ticks.map(({ ask }) => ask)),
  ];
}

const INSERT = `
  insert into realtime_prices (symbol_no, time, price, volume, bid, ask)
  select * from unnest($1::int[], $2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[])`;

/** For few ticks: it travels with other statements, where a `COPY` would take round trips of its own. */
export async function insertTicks(tx: Queryable, kept: readonly KeptTicks[]): Promise<void> {
  const all = kept.flatMap(({ ticks }) => ticks);
  if (all.length === 0) return;
  const symbolNos = kept.flatMap(({ symbolNo, ticks }) => ticks.map(() => symbolNo));
  const times = timeArray(all.map(({ timestamp }) => timestamp));
  await tx.query(INSERT, [int4Array(symbolNos), times, ...amounts(all)]);
}

const COPY = `copy realtime_prices (symbol_no, time, price, volume, bid, ask) from stdin with (format binary)`;

/** For many ticks. Together by symbol they also go to the same places of the index one after another. */
export async function copyTicks(tx: DatabaseTransaction, kept: readonly KeptTicks[]): Promise<void> {
  await tx.copyIn(COPY, blocksOf(kept));
}

/** A signature, then no flags and no extension, of four bytes each. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const COLUMNS = 6;
const MAX_ROW_BYTES = 2 + 8 + 12 + 4 * MAX_NUMERIC_BYTES;
const END_BYTES = 2;
const BLOCK_BYTES = 256 * 1024;

/** The binary form of `COPY`: a header, rows of a count and of fields each after its length, an end. */
async function* blocksOf(kept: readonly KeptTicks[]): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let at = HEADER.copy(block);
  for (const { symbolNo, ticks } of kept)
    for (let from = 0; from < ticks.length;) {
      if (at > BLOCK_BYTES - END_BYTES - MAX_ROW_BYTES) {
        yield block.subarray(0, at);
        block = Buffer.allocUnsafe(BLOCK_BYTES);
        at = 0;
      }
      const to = Math.min(ticks.length, from + Math.floor((BLOCK_BYTES - END_BYTES - at) / MAX_ROW_BYTES));
      at = writeRows(block, at, symbolNo, ticks, from, to);
      from = to;
    }
  at = writeInt2(block, at, -1);
  yield block.subarray(0, at);
}

function writeRows(
  bytes: Uint8Array,
  start: number,
  symbolNo: number,
  ticks: readonly Tick[],
  from: number,
  to: number,
): number {
  let at = start;
  for (let i = from; i < to; i++) {
    const tick = ticks[i]!;
    at = writeInt2(bytes, at, COLUMNS);
    at = writeInt4(bytes, writeInt4(bytes, at, 4), symbolNo);
    at = writeTime(bytes, at, tick.timestamp);
    at = writeNumeric(bytes, at, tick.price);
    at = writeNumeric(bytes, at, tick.volume);
    at = writeNumeric(bytes, at, tick.bid);
    at = writeNumeric(bytes, at, tick.ask);
  }
  return at;
}

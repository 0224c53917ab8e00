/**
 * Columns of ticks and bars as PostgreSQL's binary arrays, see `event-store/binary-array.ts`; here with nulls,
 * amounts in units of 10^-8 and times in Unix milliseconds.
 */
import { MAX_NUMERIC_BYTES, writeNumeric } from './tick-numeric.ts';

// Object identifiers of the element types; they are the same on every server.
const OID = { int8: 20, int4: 23, date: 1082, timestamptz: 1184, numeric: 1700 } as const;

const HEADER_BYTES = 20;
/** 2000-01-01 UTC, from which the server counts. */
const MS_2000 = Date.UTC(2000, 0, 1);
const DAY_2000 = MS_2000 / 86_400_000;
const TWO_32 = 4_294_967_296;

export function numericArray(items: readonly (bigint | undefined)[]): Buffer {
  return array(OID.numeric, MAX_NUMERIC_BYTES, items, writeNumeric);
}

export function timeArray(items: readonly number[]): Buffer {
  return array(OID.timestamptz, 12, items, (buffer, at, ms) => writeTime(buffer, at, ms));
}

/** Days since 1970-01-01. */
export function dateArray(items: readonly (number | undefined)[]): Buffer {
  return array(OID.date, 8, items, (buffer, at, day) =>
    day === undefined
      ? buffer.writeInt32BE(-1, at)
      : buffer.writeInt32BE(day - DAY_2000, buffer.writeInt32BE(4, at)),
  );
}

export function int4Array(items: readonly number[]): Buffer {
  return array(OID.int4, 8, items, (buffer, at, item) =>
    buffer.writeInt32BE(item, buffer.writeInt32BE(4, at)),
  );
}

/** Whole numbers that a float holds exactly. */
export function int8Array(items: readonly number[]): Buffer {
  return array(OID.int8, 12, items, (buffer, at, item) =>
    writeInt8(buffer, buffer.writeInt32BE(8, at), item),
  );
}

/** Unix milliseconds, with the length before them. */
export function writeTime(buffer: Buffer, at: number, ms: number): number {
  return writeInt8(buffer, buffer.writeInt32BE(8, at), (ms - MS_2000) * 1000);
}

/** Cheaper than by way of a `bigint`. */
function writeInt8(buffer: Buffer, at: number, value: number): number {
  const high = Math.floor(value / TWO_32);
  return buffer.writeUInt32BE(value - high * TWO_32, buffer.writeInt32BE(high, at));
}

type Write<T> = (buffer: Buffer, at: number, item: T) => number;

/** Dimensions, whether there are nulls, the element type, length and lower bound, then the elements. */
function array<T>(oid: number, maxBytes: number, items: readonly T[], write: Write<T>): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + items.length * maxBytes);
  const empty = items.length === 0;
  const header = empty ? [0, 0, oid] : [1, items.includes(undefined as T) ? 1 : 0, oid, items.length, 1];
  let at = 0;
  for (const field of header) at = buffer.writeInt32BE(field, at);
  for (const item of items) at = write(buffer, at, item);
  return buffer.subarray(0, at);
}

/**
 * Columns of ticks and bars as PostgreSQL's binary arrays, see `event-store/binary-array.ts`; here with nulls,
 * amounts in units of 10^-8 and times in Unix milliseconds.
 */
import { MAX_NUMERIC_BYTES, writeInt4, writeInt8, writeNumeric } from './tick-numeric.ts';

// Object identifiers of the element types; they are the same on every server.
const OID = { int8: 20, int4: 23, date: 1082, timestamptz: 1184, numeric: 1700 } as const;

const HEADER_BYTES = 20;
/** 2000-01-01 UTC, from which the server counts. */
const MS_2000 = Date.UTC(2000, 0, 1);
const DAY_2000 = MS_2000 / 86_400_000;

export function numericArray(items: readonly (bigint | undefined)[]): Buffer {
  return array(OID.numeric, MAX_NUMERIC_BYTES, items, writeNumeric);
}

export function timeArray(items: readonly number[]): Buffer {
  return array(OID.timestamptz, 12, items, writeTime);
}

/** Days since 1970-01-01. */
export function dateArray(items: readonly (number | undefined)[]): Buffer {
  return array(OID.date, 8, items, (bytes, at, day) =>
    day === undefined ? writeInt4(bytes, at, -1) : writeInt4(bytes, writeInt4(bytes, at, 4), day - DAY_2000),
  );
}

export function int4Array(items: readonly number[]): Buffer {
  return array(OID.int4, 8, items, (bytes, at, item) => writeInt4(bytes, writeInt4(bytes, at, 4), item));
}

/** Whole numbers that a float holds exactly. */
export function int8Array(items: readonly number[]): Buffer {
  return array(OID.int8, 12, items, (bytes, at, item) => writeInt8(bytes, writeInt4(bytes, at, 8), item));
}

/** Unix milliseconds, with the length before them. */
export function writeTime(bytes: Uint8Array, at: number, ms: number): number {
  return writeInt8(bytes, writeInt4(bytes, at, 8), (ms - MS_2000) * 1000);
}

type Write<T> = (bytes: Uint8Array, at: number, item: T) => number;

/** Dimensions, whether there are nulls, the element type, length and lower bound, then the elements. */
function array<T>(oid: number, maxBytes: number, items: readonly T[], write: Write<T>): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + items.length * maxBytes);
  const nulls = items.some((item) => item === undefined) ? 1 : 0;
  let at = 0;
  for (const field of items.length === 0 ? [0, 0, oid] : [1, nulls, oid, items.length, 1])
    at = writeInt4(buffer, at, field);
  for (const item of items) at = write(buffer, at, item);
  return buffer.subarray(0, at);
}

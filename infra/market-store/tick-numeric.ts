/**
 * PostgreSQL's binary form of values, for rows of ticks. Sent so, an amount needs neither printing on this side
 * nor parsing on the other. Bytes are put one by one: the methods of `Buffer` cost several times as much.
 */

/** A `numeric` is groups of four decimal digits; two of them are the eight decimals of our units. */
const GROUP = 10_000;
const DECIMALS = 8;
const GROUPS_AFTER_POINT = 2;
const UNITS_PER_ONE = 100_000_000;
/** Below it an amount is four groups, each part of which fits the machine's fast integers. */
const FAST_LIMIT = 9e15;
const HEADER_BYTES = 8;

/** The most bytes that an amount takes, its length included. */
export const MAX_NUMERIC_BYTES = 4 + HEADER_BYTES + 2 * 16;

/**
 * Writes an amount in units of 10^-8, not negative, with the length before it; null for `undefined`.
 * @returns where it ends
 */
export function writeNumeric(bytes: Uint8Array, at: number, units: bigint | undefined): number {
  if (units === undefined) return writeInt4(bytes, at, -1);
  const all = Number(units);
  if (all >= FAST_LIMIT) return writeGroups(bytes, at, groupsOf(units));
  const whole = Math.floor(all / UNITS_PER_ONE) | 0;
  const rest = (all - whole * UNITS_PER_ONE) | 0;
  const third = (whole / GROUP) | 0;
  const second = (whole - third * GROUP) | 0;
  const first = (rest / GROUP) | 0;
  const none = (rest - first * GROUP) | 0;
  // Groups of zeros at either end are left out; the weight says which power the highest one has.
  const high = third !== 0 ? 3 : second !== 0 ? 2 : first !== 0 ? 1 : 0;
  const low = none !== 0 ? 0 : first !== 0 ? 1 : second !== 0 ? 2 : 3;
  const count = high >= low ? high - low + 1 : 0;
  let end = writeHeader(bytes, at, count, high);
  if (high === 3 && low <= 3) end = writeInt2(bytes, end, third);
  if (high >= 2 && low <= 2) end = writeInt2(bytes, end, second);
  if (high >= 1 && low <= 1) end = writeInt2(bytes, end, first);
  if (low === 0) end = writeInt2(bytes, end, none);
  return end;
}

/** The lowest group first. */
function groupsOf(units: bigint): number[] {
  const groups: number[] = [];
  for (let left = units; left > 0n; left /= 10_000n) groups.push(Number(left % 10_000n));
  return groups;
}

function writeGroups(bytes: Uint8Array, at: number, groups: readonly number[]): number {
  let end = writeHeader(bytes, at, groups.length, groups.length - 1);
  for (let i = groups.length - 1; i >= 0; i--) end = writeInt2(bytes, end, groups[i]!);
  return end;
}

/** Length, number of groups, weight of the highest one, sign, decimals. */
function writeHeader(bytes: Uint8Array, at: number, count: number, high: number): number {
  let end = writeInt4(bytes, at, HEADER_BYTES + 2 * count);
  end = writeInt2(bytes, end, count);
  end = writeInt2(bytes, end, count === 0 ? 0 : high - GROUPS_AFTER_POINT);
  end = writeInt2(bytes, end, 0);
  return writeInt2(bytes, end, DECIMALS);
}

export function writeInt2(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
  return at + 2;
}

export function writeInt4(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
  return at + 4;
}

const TWO_32 = 4_294_967_296;

/** A whole number that a float holds exactly. */
export function writeInt8(bytes: Uint8Array, at: number, value: number): number {
  const high = Math.floor(value / TWO_32);
  return writeInt4(bytes, writeInt4(bytes, at, high | 0), (value - high * TWO_32) | 0);
}

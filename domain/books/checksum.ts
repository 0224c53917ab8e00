/**
 * An order-independent checksum of rows: the sum, modulo 2^64, of a 64-bit hash of each row's canonical
 * text. Adding and removing are inverse, so that a restatement updates it by the rows it changed.
 *
 * Not cryptographic: it finds accidents, not forgeries. Two 32-bit lanes and numbers only, because a
 * `bigint` per line would cost more than the hash.
 */

/** A running sum of line hashes. */
export interface Checksum {
  /** The line may be given in parts: they count as one line, and where they are cut matters. */
  add(line: string, second?: string, third?: string): void;
  remove(line: string, second?: string, third?: string): void;
  /** The same as `add(line, …)` of the two stretches as text; they must be ASCII. */
  addBytes(line: string, second: ByteSpan, third: ByteSpan): void;
  /** Signed 64 bits, as PostgreSQL's `bigint` holds it. */
  value(): bigint;
}

/** A stretch of bytes. */
export interface ByteSpan {
  readonly bytes: Uint8Array;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const UINT32 = 0x1_0000_0000;

// The lanes of the line last hashed. Module state rather than a returned pair: nothing is allocated per line.
let low = 0;
let high = 0;

/** Leaves the hash of a line in `low` and `high` (unsigned). Takes two UTF-16 units at a time. */
function hash(line: string, seedLow = 0, seedHigh = 0): void {
  const length = line.length;
  let a = 0x9e3779b9 ^ length ^ seedLow;
  let b = 0x85ebca6b ^ length ^ seedHigh;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    const unit = line.charCodeAt(i) | (line.charCodeAt(i + 1) << 16);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0x5f356495);
    b ^= b >>> 13;
  }
  finish(a, b, i < length ? line.charCodeAt(i) : undefined);
}

/** Takes in the last unit of a line of odd length, and mixes. */
function finish(first: number, second: number, odd: number | undefined): void {
  let [a, b] = [first, second];
  if (odd !== undefined) {
    a = Math.imul(a ^ odd, 0x9e3779b1);
    b = Math.imul(b ^ odd, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  low = (a ^ (a >>> 16)) >>> 0;
  high = (b ^ (b >>> 16)) >>> 0;
}

/** What `hash` leaves of a text of the same characters. */
function hashBytes({ bytes, from, to }: ByteSpan, seedLow: number, seedHigh: number): void {
  const length = to - from;
  let a = 0x9e3779b9 ^ length ^ seedLow;
  let b = 0x85ebca6b ^ length ^ seedHigh;
  let i = from;
  for (; i + 1 < to; i += 2) {
    const unit = bytes[i]! | (bytes[i + 1]! << 16);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0x5f356495);
    b ^= b >>> 13;
  }
  finish(a, b, i < to ? bytes[i]! : undefined);
}

function hashParts(line: string, second: string | undefined, third: string | undefined): void {
  hash(line);
  if (second !== undefined) hash(second, low, high);
  if (third !== undefined) hash(third, low, high);
}

function toBigint(lowLane: number, highLane: number): bigint {
  return BigInt.asIntN(64, (BigInt(highLane) << 32n) | BigInt(lowLane));
}

/** The signed 64-bit hash of one line. */
export function lineHash(text: string): bigint {
  hash(text);
  return toBigint(low, high);
}

export function combine(a: bigint, b: bigint): bigint {
  return BigInt.asIntN(64, a + b);
}

export function remove(a: bigint, b: bigint): bigint {
  return BigInt.asIntN(64, a - b);
}

/** Starts from the checksum of no rows, or from one kept before. */
export function createChecksum(start = 0n): Checksum {
  let sumLow = Number(BigInt.asUintN(32, start));
  let sumHigh = Number(BigInt.asUintN(32, start >> 32n));
  function addHash(): void {
    sumLow += low;
    sumHigh += high;
    if (sumLow >= UINT32) {
      sumLow -= UINT32;
      sumHigh += 1;
    }
    sumHigh %= UINT32;
  }
  return {
    add(line, second, third) {
      hashParts(line, second, third);
      addHash();
    },
    addBytes(line, second, third) {
      hash(line);
      hashBytes(second, low, high);
      hashBytes(third, low, high);
      addHash();
    },
    remove(line, second, third) {
      hashParts(line, second, third);
      sumLow -= low;
      sumHigh -= high;
      if (sumLow < 0) {
        sumLow += UINT32;
        sumHigh -= 1;
      }
      if (sumHigh < 0) sumHigh += UINT32;
    },
    value: () => toBigint(sumLow, sumHigh),
  };
}

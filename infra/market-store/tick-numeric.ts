/**
 * PostgreSQL's binary form of `numeric`, for amounts in units of 10^-8 that are not negative: groups of four
 * decimal digits. Sent so, an amount needs neither printing on this side nor parsing on the other.
 */

const GROUP = 10_000;
const DECIMALS = 8;
const GROUPS_AFTER_POINT = 2;
const UNITS_PER_ONE = 100_000_000;
const LARGEST_FAST = 9_007_199_254_740_991n;
const HEADER_BYTES = 8;

/** The most bytes that an amount takes, its length included: 28 digits and as many again would fit. */
export const MAX_NUMERIC_BYTES = 4 + HEADER_BYTES + 2 * 16;

const groups = new Uint16Array(16);

/**
 * Writes an amount with the length before it, or -1 for `undefined`, which is null.
 * @returns where it ends
 */
export function writeNumeric(buffer: Buffer, at: number, units: bigint | undefined): number {
  if (units === undefined) return buffer.writeInt32BE(-1, at);
  const count = split(units);
  let low = 0;
  while (low < count && groups[low] === 0) low += 1;
  const digits = count - low;
  let end = buffer.writeInt32BE(HEADER_BYTES + 2 * digits, at);
  end = buffer.writeInt16BE(digits, end);
  end = buffer.writeInt16BE(digits === 0 ? 0 : count - 1 - GROUPS_AFTER_POINT, end);
  end = buffer.writeInt16BE(0, end);
  end = buffer.writeInt16BE(DECIMALS, end);
  for (let i = count - 1; i >= low; i--) end = buffer.writeUInt16BE(groups[i]!, end);
  return end;
}

/** Fills the groups, the lowest first; returns how many there are without zeros at the upper end. */
function split(units: bigint): number {
  let count: number;
  if (units <= LARGEST_FAST) {
    const all = Number(units);
    const whole = Math.floor(all / UNITS_PER_ONE);
    const rest = all - whole * UNITS_PER_ONE;
    groups[0] = rest % GROUP;
    groups[1] = Math.floor(rest / GROUP);
    groups[2] = whole % GROUP;
    groups[3] = Math.floor(whole / GROUP);
    count = 4;
  } else {
    count = 0;
    for (let left = units; left > 0n; left /= 10_000n) groups[count++] = Number(left % 10_000n);
  }
  while (count > 0 && groups[count - 1] === 0) count -= 1;
  return count;
}

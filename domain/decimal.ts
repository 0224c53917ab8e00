/**
 * Exact decimals: an integer coefficient and a number of decimal places.
 *
 * Own code rather than a library because the fold spends most of its time here and a scaled `bigint`
 * multiplies, adds and prints several times faster than the general-purpose libraries.
 * Nothing here rounds unless its name says so.
 */

/** The number `coefficient / 10^scale`. Values are never mutated and need not be in lowest terms. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

/** Decimal places kept by every derived amount of the books (half-even). */
export const AMOUNT_SCALE = 10;
/** Decimal places kept by a rate derived from other rates (an inverse, a cross). */
export const RATE_SCALE = 18;
/** The largest input: digits before and after the point that a fact may carry. */
export const MAX_INTEGER_DIGITS = 20;
export const MAX_FRACTION_DIGITS = 18;

const POWERS: bigint[] = [1n];
function pow10(n: number): bigint {
  for (let i = POWERS.length; i <= n; i++) POWERS.push(POWERS[i - 1]! * 10n);
  return POWERS[n]!;
}

export const ZERO: Decimal = { coefficient: 0n, scale: 0 };
export const ONE: Decimal = { coefficient: 1n, scale: 0 };

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Parses plain decimal notation (`-12.50`). Returns `undefined` for anything else, exponents included. */
export function tryDecimal(text: string): Decimal | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const fraction = match[3] ?? '';
  const digits = BigInt(match[2]! + fraction);
  return { coefficient: match[1] === '-' ? -digits : digits, scale: fraction.length };
}

/** Parses plain decimal notation, for text that is known to be a number. Throws `RangeError` otherwise. */
export function decimal(text: string | number | bigint): Decimal {
  const value = tryDecimal(String(text));
  if (!value) throw new RangeError(`not a decimal number: ${JSON.stringify(String(text))}`);
  return value;
}

export function isZero(a: Decimal): boolean {
  return a.coefficient === 0n;
}

/** −1, 0 or 1. */
export function sign(a: Decimal): -1 | 0 | 1 {
  return a.coefficient === 0n ? 0 : a.coefficient < 0n ? -1 : 1;
}

export function negate(a: Decimal): Decimal {
  return a.coefficient === 0n ? a : { coefficient: -a.coefficient, scale: a.scale };
}

export function abs(a: Decimal): Decimal {
  return a.coefficient < 0n ? negate(a) : a;
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (a.coefficient === 0n) return b;
  if (b.coefficient === 0n) return a;
  if (a.scale === b.scale) return { coefficient: a.coefficient + b.coefficient, scale: a.scale };
  return a.scale > b.scale
    ? { coefficient: a.coefficient + b.coefficient * pow10(a.scale - b.scale), scale: a.scale }
    : { coefficient: a.coefficient * pow10(b.scale - a.scale) + b.coefficient, scale: b.scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
}

/** The exact product; its scale is the sum of the factors' scales. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  if (a.coefficient === 0n || b.coefficient === 0n) return ZERO;
  return { coefficient: a.coefficient * b.coefficient, scale: a.scale + b.scale };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compare(a: Decimal, b: Decimal): number {
  if (a.scale === b.scale) return a.coefficient < b.coefficient ? -1 : a.coefficient > b.coefficient ? 1 : 0;
  return sign(subtract(a, b));
}

export function equal(a: Decimal, b: Decimal): boolean {
  return compare(a, b) === 0;
}

export function min(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}

export function max(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) >= 0 ? a : b;
}

/** `numerator / denominator` as an integer, ties to the even neighbour. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  let quotient = n / d;
  const twice = (n - quotient * d) * 2n;
  if (twice > d || (twice === d && (quotient & 1n) === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/** Rounds half-even to at most `scale` decimal places. */
export function round(a: Decimal, scale: number): Decimal {
  if (a.scale <= scale) return a;
  return { coefficient: divideHalfEven(a.coefficient, pow10(a.scale - scale)), scale };
}

/** An amount of the books: 10 decimals, half-even. */
export function amount(a: Decimal): Decimal {
  return round(a, AMOUNT_SCALE);
}

/** The amount `a × b`. */
export function multiplyAmount(a: Decimal, b: Decimal): Decimal {
  return round(multiply(a, b), AMOUNT_SCALE);
}

/** `a / b` rounded half-even to `scale` places. Throws `RangeError` when `b` is zero. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.coefficient === 0n) throw new RangeError('division by zero');
  const shift = scale + b.scale - a.scale;
  return shift >= 0
    ? { coefficient: divideHalfEven(a.coefficient * pow10(shift), b.coefficient), scale }
    : { coefficient: divideHalfEven(a.coefficient, b.coefficient * pow10(-shift)), scale };
}

function print(coefficient: bigint, scale: number): string {
  if (scale === 0) return coefficient.toString();
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

// The values last printed, found again by identity: a day's row repeats most of the values of the row
// before it, as the same objects, and finding one costs a tenth of printing it.
const RECENT = 16;
const recentValues: Decimal[] = new Array<Decimal>(RECENT).fill(ZERO);
const recentTexts: string[] = new Array<string>(RECENT).fill('0');
let oldest = 0;

/** Canonical text: no exponent, no trailing zeros, no negative zero. Equal values print equally. */
export function format(a: Decimal): string {
  if (a.coefficient === 0n) return '0';
  for (let i = 0; i < RECENT; i++) if (recentValues[i] === a) return recentTexts[i]!;
  const text = canonical(a);
  recentValues[oldest] = a;
  recentTexts[oldest] = text;
  oldest = (oldest + 1) % RECENT;
  return text;
}

function canonical(a: Decimal): string {
  if (a.scale === 0) return a.coefficient.toString();
  const text = print(a.coefficient, a.scale);
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  return end === text.length ? text : text.slice(0, end);
}

const MINUS = 45;
const POINT = 46;
const DIGIT_ZERO = 48;
/** Integers below its square are worked on as two halves, each of which fits the machine's fast integers. */
const HALF = 100_000_000;
const HALF_DIGITS = 8;

/**
 * Writes the text of `format` as ASCII and returns where it ends. Several times faster than the text
 * would be made, for coefficients up to 2^53.
 */
export function formatInto(bytes: Uint8Array, start: number, a: Decimal): number {
  const number = Number(a.coefficient);
  if (!Number.isSafeInteger(number)) return textInto(bytes, start, format(a));
  if (number === 0) {
    bytes[start] = DIGIT_ZERO;
    return start + 1;
  }
  let at = start;
  if (number < 0) bytes[at++] = MINUS;
  const { scale } = a;
  const magnitude = Math.abs(number);
  const high = Math.floor(magnitude / HALF);
  const digits = high > 0 ? HALF_DIGITS + countDigits(high) : countDigits(magnitude);
  let end = at + Math.max(digits, scale + 1) + (scale > 0 ? 1 : 0);
  let half = (magnitude - high * HALF) | 0;
  // From the last digit to the first.
  const last = end - 1;
  for (let i = last, place = 0; i >= at; i--) {
    if (scale > 0 && i === last - scale) {
      bytes[i] = POINT;
      continue;
    }
    if (place === HALF_DIGITS) half = high;
    const tenth = (half / 10) | 0;
    bytes[i] = DIGIT_ZERO + half - tenth * 10;
    half = tenth;
    place += 1;
  }
  if (scale > 0) {
    while (bytes[end - 1] === DIGIT_ZERO) end -= 1;
    if (bytes[end - 1] === POINT) end -= 1;
  }
  return end;
}

function countDigits(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}

/** Writes ASCII text and returns where it ends. */
export function textInto(bytes: Uint8Array, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
  return start + text.length;
}

/** Money as the API shows it: canonical, but with at least two decimals (`"1505.00"`). */
export function formatMoney(a: Decimal): string {
  const text = format(a);
  const point = text.indexOf('.');
  if (point < 0) return `${text}.00`;
  return text.length - point === 2 ? `${text}0` : text;
}

/** The nearest binary float. For statistics only; never fed back into the books. */
export function toNumber(a: Decimal): number {
  return Number(print(a.coefficient, a.scale));
}

/** A decimal with at most `scale` places nearest to a float that a statistic produced. */
export function fromNumber(value: number, scale: number): Decimal {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  return decimal(value.toFixed(Math.min(scale, 20)).replace(/^-0(\.0*)?$/, '0'));
}

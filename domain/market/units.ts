/**
 * Prices and volumes as whole numbers of 10^-8, which the tables hold as `numeric(20,8)`.
 *
 * Plain decimal text is taken exactly, and a number as the shortest text that reads as the same number
 * (`0.1` is a tenth). Digits beyond the eighth decimal are rounded half-even. Text with an exponent is
 * refused; so is what has more than twelve digits before the point.
 */
import { UNIT_SCALE } from './tick.ts';

const UNITS_PER_ONE = 100_000_000;
/** Below it a decimal of that many digits and the nearest float stand for each other. */
const EXACT_LIMIT = 1e15;
const MAX_WHOLE_DIGITS = 12;
const MAX_UNITS = 10n ** BigInt(MAX_WHOLE_DIGITS + UNIT_SCALE) - 1n;

const PLAIN = /^([+-]?)(\d{1,40})(?:\.(\d{1,400}))?$/;
const SCIENTIFIC = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** @returns `undefined` for what is not finite or too large */
export function unitsOfNumber(value: number): bigint | undefined {
  const scaled = Math.round(value * UNITS_PER_ONE);
  if (scaled < EXACT_LIMIT && scaled > -EXACT_LIMIT && scaled / UNITS_PER_ONE === value)
    return BigInt(scaled);
  return Number.isFinite(value) ? unitsOfText(plain(value)) : undefined;
}

/** @returns `undefined` for anything but plain decimal notation, and for what is too large */
export function unitsOfText(text: string): bigint | undefined {
  const match = PLAIN.exec(text);
  if (!match) return undefined;
  const fraction = match[3] ?? '';
  const kept = fraction.slice(0, UNIT_SCALE).padEnd(UNIT_SCALE, '0');
  let units = BigInt(match[2]! + kept);
  if (roundsUp(fraction.slice(UNIT_SCALE), units)) units += 1n;
  if (units > MAX_UNITS) return undefined;
  return match[1] === '-' ? -units : units;
}

/** Half-even, by the digits that are cut off. */
function roundsUp(rest: string, units: bigint): boolean {
  const first = rest.charCodeAt(0) - 48;
  if (!(first >= 5)) return false;
  return first > 5 || /[1-9]/.test(rest.slice(1)) || (units & 1n) === 1n;
}

/** The shortest text that reads as the number, without an exponent where the size allows it. */
function plain(value: number): string {
  const text = String(value);
  const match = SCIENTIFIC.exec(text);
  if (!match) return text;
  const exponent = Number(match[4]);
  if (exponent > 0) return text;
  return `${match[1]}0.${'0'.repeat(-exponent - 1)}${match[2]}${match[3] ?? ''}`;
}

/** The nearest float. */
export function numberOfUnits(units: bigint): number {
  const scaled = Number(units);
  return Number.isSafeInteger(scaled) ? scaled / UNITS_PER_ONE : Number(textOfUnits(units));
}

/** Plain decimal notation without trailing zeros. */
export function textOfUnits(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(UNIT_SCALE + 1, '0');
  const point = digits.length - UNIT_SCALE;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === 48) end -= 1;
  const text =
    end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
  return units < 0n ? `-${text}` : text;
}

/** Decimal texts as numbers of a fixed scale, exactly or not at all. */
import { Problem } from '../http/problem.ts';

/**
 * `decimal` holds every digit, `float` is the nearest binary float, for those who want it quick, and `text`
 * is what JSON has.
 */
export const NUMBERS = ['decimal', 'float', 'text'] as const;
export type Numbers = (typeof NUMBERS)[number];

/** What fits 128 bits; of it, the places a fact may have, and more than any figure that is derived. */
export const PRECISION = 38;
export const SCALE = 18;

const LIMIT = 10n ** BigInt(PRECISION);
const NOTATION = /^-?\d+(?:\.\d+)?$/;

/**
 * The number × 10^SCALE.
 * @throws Problem where a digit would be lost
 */
export function scaled(text: string, column: string): bigint {
  if (!NOTATION.test(text)) throw unfit(text, column);
  const point = text.indexOf('.');
  const fraction = point < 0 ? '' : text.slice(point + 1);
  const kept = fraction.length > SCALE ? fraction.replace(/0+$/, '') : fraction;
  if (kept.length > SCALE) throw unfit(text, column);
  const value = BigInt((point < 0 ? text : text.slice(0, point)) + kept.padEnd(SCALE, '0'));
  if (value >= LIMIT || value <= -LIMIT) throw unfit(text, column);
  return value;
}

function unfit(text: string, column: string): Problem {
  return new Problem(
    'not-acceptable',
    `${column} is ${text}, which DECIMAL(${PRECISION},${SCALE}) cannot hold; ask with numbers=text`,
  );
}

/** Days since 1970 of an ISO date. */
export function daysOf(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / 86_400_000;
}

/** Microseconds since 1970 of an ISO instant in UTC. */
export function microsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.slice(0, -1).split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

/** A value of a row as text: what is no text is JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

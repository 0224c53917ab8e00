/** Figures and times as providers write them, brought to decimal text and Unix milliseconds. */
import { tryDay, tryInstant } from '../../domain/dates.ts';
import type { ProviderBar } from '../../projections/market/provider.ts';

const PLAIN = /^-?\d+(\.\d+)?$/;
const EXPONENT = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

/** A JSON number or text as plain decimal text; `undefined` when it is neither or not finite. */
export function decimalText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (PLAIN.test(text)) return text;
  const match = EXPONENT.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${digits.padStart(digits.length - point, '0')}`;
}

export const TIME_UNITS = ['auto', 's', 'ms', 'us', 'ns', 'iso'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const MS_OF: Readonly<Record<'s' | 'ms' | 'us' | 'ns', number>> = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 };

// In seconds the year 5138, in milliseconds March 1973: what is between is told apart by its size.
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

function numericMs(value: number, unit: TimeUnit): number | undefined {
  if (!Number.isFinite(value) || unit === 'iso') return undefined;
  const size = Math.abs(value);
  const guessed =
    size < SECONDS_BELOW ? 's' : size < MILLISECONDS_BELOW ? 'ms' : size < MICROSECONDS_BELOW ? 'us' : 'ns';
  return Math.floor(value * MS_OF[unit === 'auto' ? guessed : unit] + 1e-4);
}

/**
 * Unix milliseconds of a number in the unit given, or of ISO text; `auto` tells numbers apart by their
 * size. Text without an offset is in UTC.
 */
export function timeMs(value: unknown, unit: TimeUnit = 'auto'): number | undefined {
  if (typeof value === 'number') return numericMs(value, unit);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return numericMs(Number(text), unit);
  const iso = text.replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, '$1T');
  const instant = tryInstant(iso) ?? tryInstant(`${iso}Z`);
  return instant === undefined ? undefined : Date.parse(`${instant.slice(0, 23)}Z`);
}

/** The time of a bar: a date alone, or a moment. */
export function barTime(value: unknown, unit: TimeUnit = 'auto'): ProviderBar['when'] | undefined {
  const date = typeof value === 'string' ? tryDay(value.trim()) : undefined;
  if (date !== undefined) return { day: date };
  const at = timeMs(value, unit);
  return at === undefined ? undefined : { at };
}

/**
 * How the server's text values become JavaScript values on our connections. The registry is per
 * pool: the driver's global one stays untouched.
 */
import pg from 'pg';
import type { Instant } from '../../domain/dates.ts';

const OID = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  int8Array: 1016,
  dateArray: 1182,
  timestamptzArray: 1185,
  numericArray: 1231,
} as const;

type TextParser = (value: string) => unknown;

/** @throws RangeError when the number is too large to be exact. */
export function parseInt8(value: string): number {
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed)) throw new RangeError(`bigint ${value} is beyond 2^53`);
  return parsed;
}

/**
 * `2025-08-15 10:00:00.12+00` (DateStyle ISO in a UTC session) as an `Instant`.
 * @throws RangeError for infinities and years beyond four digits.
 */
export function parseTimestamptz(value: string): Instant {
  if (value.length < 22 || value[10] !== ' ' || !value.endsWith('+00')) {
    throw new RangeError(`not an instant of the years 0001 to 9999 in UTC: ${value}`);
  }
  const fraction = value.slice(20, -3).padEnd(6, '0');
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction}Z`;
}

const asText: TextParser = (value) => value;

/** The driver's own registry, whose declaration knows neither array types nor what a parser returns. */
const driverParser: (oid: number, format: 'text' | 'binary') => (value: string) => unknown =
  pg.types.getTypeParser;
const parseTextArray = driverParser(1009, 'text');

function arrayOf(element: TextParser): TextParser {
  return (value) => {
    const items = parseTextArray(value);
    if (!Array.isArray(items)) throw new TypeError('not an array literal');
    return items.map((item: unknown) => (typeof item === 'string' ? element(item) : item));
  };
}

const PARSERS = new Map<number, TextParser>([
  [OID.int8, parseInt8],
  [OID.numeric, asText],
  [OID.date, asText],
  [OID.timestamp, asText],
  [OID.timestamptz, parseTimestamptz],
  [OID.int8Array, arrayOf(parseInt8)],
  [OID.numericArray, arrayOf(asText)],
  [OID.dateArray, arrayOf(asText)],
  [OID.timestamptzArray, arrayOf(parseTimestamptz)],
]);

/** The registry in the form the driver asks for. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const own = format === 'binary' ? undefined : PARSERS.get(oid);
    return own ?? driverParser(oid, format ?? 'text');
  },
};

/**
 * The kinds of field the outside interfaces are made of. Each parses to its canonical text and fails
 * with a rule name of its own (the part after the colon):
 *
 * - identifiers: `characters`, `length` · text: `characters`, `length` · currencies: `currency`
 * - dates: `date` · instants: `instant` · both: `range` (1900 to 2199)
 * - numbers: `decimal` (not a number), `digits` (too many), `not_negative`, `positive`, `range`
 */
import { z } from 'zod';
import { isTimeZone, tryDay, tryInstant } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { format, MAX_FRACTION_DIGITS, MAX_INTEGER_DIGITS, sign, tryDecimal } from '../../domain/decimal.ts';
import { EXACT_NUMBER, expandExponent } from '../json.ts';

interface Fault {
  readonly rule: string;
  readonly message: string;
}

type Checked = { readonly value: string } | Fault;

function fail(rule: string, message: string): Fault {
  return { rule, message };
}

/** A schema that takes text and returns what `check` makes of it. */
function checkedText(check: (text: string) => Checked) {
  return z.string().transform((text, context) => {
    const result = check(text);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', message: result.message, params: { rule: result.rule } });
    return z.NEVER;
  });
}

// The first character keeps spreadsheets from reading an identifier as a formula.
const IDENTIFIER = /^[A-Za-z0-9_^][A-Za-z0-9_^.:/#@+=~-]*$/;
export const MAX_IDENTIFIER_LENGTH = 128;

/**
 * Identifiers: 1 to 128 of letters, digits and `_ ^ . : / # @ + = ~ -`, the first a letter, digit, `_`
 * or `^`. No spaces, so that they stand safely in URLs, CSV cells and log lines.
 */
export function checkIdentifier(text: string): Checked {
  if (text.length === 0 || text.length > MAX_IDENTIFIER_LENGTH)
    return fail('length', `must have 1 to ${MAX_IDENTIFIER_LENGTH} characters`);
  if (!IDENTIFIER.test(text))
    return fail(
      'characters',
      'must consist of letters, digits and _ ^ . : / # @ + = ~ - and begin with a letter, digit, _ or ^',
    );
  return { value: text };
}

export const identifier = checkedText(checkIdentifier).meta({
  description: 'Letters, digits and _ ^ . : / # @ + = ~ -, at most 128.',
  pattern: IDENTIFIER.source,
  minLength: 1,
  maxLength: MAX_IDENTIFIER_LENGTH,
});

/**
 * Control characters other than tab and line ends; a marked number literal begins with one. Halves of
 * characters, which JSON can spell and no encoding has, count as such.
 */
function hasControl(raw: string): boolean {
  if (/\p{Surrogate}/u.test(raw)) return true;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return true;
  }
  return false;
}

/** Free text of at most `max` characters, trimmed; not empty, no control characters. */
export function text(max: number) {
  return checkedText((raw) => {
    const trimmed = raw.trim();
    if (hasControl(raw)) return fail('characters', 'must not contain control characters');
    if (trimmed.length === 0 || trimmed.length > max)
      return fail('length', `must have 1 to ${max} characters`);
    return { value: trimmed };
  }).meta({ minLength: 1, maxLength: max, pattern: '\\S' });
}

const CURRENCY = /^[A-Z][A-Z0-9]{2,9}$/;

/** ISO 4217 codes, and the longer ones of crypto-assets. */
export const currency = checkedText((raw) =>
  CURRENCY.test(raw)
    ? { value: raw }
    : fail('currency', 'must be a currency code of 3 to 10 capital letters or digits, such as USD'),
).meta({
  description: 'Currency code, 3 to 10 capitals.',
  pattern: CURRENCY.source,
  examples: ['USD', 'EUR'],
});

const FIRST_YEAR = '1900';
const LAST_YEAR = '2199';

function inRange(iso: string): boolean {
  const year = iso.slice(0, 4);
  return year >= FIRST_YEAR && year <= LAST_YEAR;
}

function checkDate(raw: string): Checked {
  if (tryDay(raw) === undefined)
    return /^\d{4}-\d{2}-\d{2}$/.test(raw)
      ? fail('date', `there is no ${raw} in the calendar`)
      : fail('date', 'must be a date such as 2025-08-15');
  return inRange(raw) ? { value: raw } : fail('range', `must lie in the years ${FIRST_YEAR} to ${LAST_YEAR}`);
}

/** A calendar date that exists. */
export const date = checkedText(checkDate).meta({
  description: 'ISO date.',
  format: 'date',
  pattern: '^(19|20|21)\\d{2}-\\d{2}-\\d{2}$',
  examples: ['2025-08-15'],
});

/** An instant with its offset, parsed to UTC with microseconds, or a plain date, left as it is. */
export const instantOrDate = checkedText((raw) => {
  if (/^[^T]{0,10}$/.test(raw)) return checkDate(raw);
  const instant = tryInstant(raw);
  if (instant === undefined)
    return /T[\d:.]*$/.test(raw)
      ? fail('instant', 'must carry its offset from UTC, such as 2025-08-15T10:00:00Z')
      : fail('instant', 'must be an instant such as 2025-08-15T10:00:00Z that exists');
  return inRange(instant)
    ? { value: instant }
    : fail('range', `must lie in the years ${FIRST_YEAR} to ${LAST_YEAR}`);
}).meta({
  description: 'Instant with offset, or a date: the start of that day in the time zone of the portfolio.',
  pattern: '^(19|20|21)\\d{2}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:?\\d{2}))?$',
  examples: ['2025-08-15T10:00:00Z', '2025-08-15'],
});

export const timeZone = checkedText((raw) =>
  isTimeZone(raw)
    ? { value: raw }
    : fail('time_zone', 'must be a time zone of the IANA database, such as Europe/Berlin'),
).meta({ description: 'IANA time zone.', examples: ['UTC', 'Europe/Berlin'] });

/** Longest literal looked at: digits, sign, point and some redundant zeros. */
const MAX_LITERAL = 100;

const tooManyDigits = `must have at most ${MAX_INTEGER_DIGITS} digits before and ${MAX_FRACTION_DIGITS} after the point`;

function checkDecimal(raw: string | number): { readonly value: string; readonly number: Decimal } | Fault {
  const isLiteral = typeof raw === 'number' || raw.startsWith(EXACT_NUMBER);
  const literal = isLiteral ? expandExponent(String(raw).replace(EXACT_NUMBER, '')) : raw;
  const number = tryDecimal(literal.length > MAX_LITERAL ? '' : literal);
  // A literal that is left unexpanded, or is longer than any number we take, is one of absurd size.
  if (!number && (isLiteral || /^[+-]?\d+(\.\d+)?$/.test(literal))) return fail('digits', tooManyDigits);
  if (!number) return fail('decimal', 'must be a number in plain notation, such as 1234.56');
  const value = format(number);
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  if (whole.length > MAX_INTEGER_DIGITS || fraction.length > MAX_FRACTION_DIGITS)
    return fail('digits', tooManyDigits);
  return { value, number };
}

/** Of a decimal in text, as the document says it. */
const DECIMAL = '^[+-]?\\d+(\\.\\d+)?$';

function decimalField(description: string, bound?: (number: Decimal) => Fault | undefined) {
  return z
    .union([z.number(), z.string().meta({ pattern: DECIMAL })])
    .transform((raw, context) => {
      const result = checkDecimal(raw);
      const fault = 'rule' in result ? result : bound?.(result.number);
      if (!fault && 'value' in result) return result.value;
      context.addIssue({ code: 'custom', message: fault?.message, params: { rule: fault?.rule } });
      return z.NEVER;
    })
    .meta({ description });
}

/** Any decimal, parsed to canonical text. */
export const anyDecimal = decimalField('Decimal, as a number or a string.');

export const notNegative = decimalField('Decimal ≥ 0, as a number or a string.', (number) =>
  sign(number) < 0 ? fail('not_negative', 'must not be negative') : undefined,
);

export const positive = decimalField('Decimal > 0, as a number or a string.', (number) =>
  sign(number) <= 0 ? fail('positive', 'must be greater than zero') : undefined,
);

/** A part of a whole, 0 to 1. */
export const fraction = decimalField('Fraction from 0 to 1.', (number) =>
  sign(number) < 0 || (format(number) !== '1' && !/^0(\.|$)/.test(format(number)))
    ? fail('range', 'must lie between 0 and 1')
    : undefined,
);

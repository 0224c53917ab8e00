/** The names of periods, and the days they stand for. Both ends of a period are days that count. */
import { addMonths, dayOfMonth, monthOf, tryDay, yearOf, type Day } from '../dates.ts';

export type PeriodSpec =
  | { readonly type: 'to-date'; readonly unit: 'month' | 'quarter' | 'year' }
  | { readonly type: 'trailing'; readonly months: number }
  | { readonly type: 'inception' }
  /** A calendar year, quarter or month, or days somebody chose; an end left out is inception or "as of". */
  | { readonly type: 'fixed'; readonly from?: Day; readonly to?: Day };

export interface NamedPeriod {
  /** As it is named in replies: `YTD`, `2024-Q1`. */
  readonly label: string;
  readonly spec: PeriodSpec;
}

export type PeriodNote = 'clipped_to_inception' | 'clipped_to_as_of';

/** A period on the calendar: the days that count, or the days asked for when none of them does. */
export interface Period {
  readonly label: string;
  readonly from: Day;
  readonly to: Day;
  /** Wholly before inception or after "as of". */
  readonly empty: boolean;
  /** Its first day that is not complete, where it reaches beyond those that are. */
  readonly incompleteFrom?: Day;
  readonly notes: readonly PeriodNote[];
}

export interface PeriodError {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly PeriodError[] };

export const STANDARD_PERIODS: readonly string[] = ['MTD', 'QTD', 'YTD', '1Y', '3Y', '5Y', '10Y', 'SI'];

const TO_DATE = { MTD: 'month', QTD: 'quarter', YTD: 'year' } as const;

/**
 * Parses one name: `MTD QTD YTD SI`, months or years back (`6M`, `3Y`), a calendar year `2024`, quarter
 * `2024-Q1` or month `2024-03`. Capitals do not matter.
 */
export function parsePeriod(text: string, field = 'periods'): Parsed<NamedPeriod> {
  const label = text.trim().toUpperCase();
  const spec = specOf(label);
  if (spec) return { ok: true, value: { label, spec } };
  const message = `"${text}" is not a period; use MTD, QTD, YTD, SI, a number of months or years such as 6M or 3Y, a year 2024, a quarter 2024-Q1 or a month 2024-03`;
  return { ok: false, errors: [{ field, rule: 'period', message }] };
}

function specOf(label: string): PeriodSpec | undefined {
  if (label === 'SI') return { type: 'inception' };
  if (label === 'MTD' || label === 'QTD' || label === 'YTD') return { type: 'to-date', unit: TO_DATE[label] };
  const back = /^([1-9]\d{0,2})([MY])$/.exec(label);
  if (back) {
    const months = Number(back[1]) * (back[2] === 'Y' ? 12 : 1);
    return months <= 1200 ? { type: 'trailing', months } : undefined;
  }
  const calendar = /^([1-9]\d{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$/.exec(label);
  if (!calendar) return undefined;
  const year = Number(calendar[1]);
  if (calendar[2]) return months(year, Number(calendar[2]) * 3 - 2, 3);
  return calendar[3] ? months(year, Number(calendar[3]), 1) : months(year, 1, 12);
}

function months(year: number, first: number, count: number): PeriodSpec {
  return { type: 'fixed', from: dayOfMonth(year, first, 1), to: dayOfMonth(year, first + count - 1, 31) };
}

/** Parses a comma-separated list of names; all errors are given at once, repeats are dropped. */
export function parsePeriods(text: string, field = 'periods'): Parsed<readonly NamedPeriod[]> {
  const parsed = text.split(',').map((name) => parsePeriod(name, field));
  const errors = parsed.flatMap((one) => (one.ok ? [] : one.errors));
  if (errors.length > 0) return { ok: false, errors };
  const byLabel = new Map<string, NamedPeriod>();
  for (const one of parsed) if (one.ok) byLabel.set(one.value.label, one.value);
  return { ok: true, value: [...byLabel.values()] };
}

/** A period between two chosen days, `YYYY-MM-DD`; either may be left out. */
export function parseCustomPeriod(from?: string, to?: string): Parsed<NamedPeriod> {
  const [first, last] = [
    from === undefined ? undefined : tryDay(from),
    to === undefined ? undefined : tryDay(to),
  ];
  const errors: PeriodError[] = [];
  if (from !== undefined && first === undefined) errors.push(notADate('from', from));
  if (to !== undefined && last === undefined) errors.push(notADate('to', to));
  if (first !== undefined && last !== undefined && first > last)
    errors.push({ field: 'from', rule: 'order', message: `is after to (${to})` });
  if (errors.length > 0) return { ok: false, errors };
  const spec: PeriodSpec = {
    type: 'fixed',
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
  };
  return { ok: true, value: { label: 'custom', spec } };
}

function notADate(field: string, text: string): PeriodError {
  return { field, rule: 'date', message: `"${text}" is not a date; dates are written YYYY-MM-DD` };
}

/**
 * Puts a period on the calendar, clipped to the days from `inception` to `asOf`; the notes tell when
 * a clip took place. Trailing periods open at the close of the same date so many months before, of the
 * month's last day when `asOf` is a month's last day, so that they agree with linked months.
 * @param completeThrough the last complete day
 */
export function resolvePeriod(
  { label, spec }: NamedPeriod,
  asOf: Day,
  inception: Day,
  completeThrough = asOf,
): Period {
  const asked = boundsOf(spec, asOf, inception);
  if (asked.from > asOf || asked.to < inception) return { label, ...asked, empty: true, notes: [] };
  const notes: PeriodNote[] = [];
  if (asked.from < inception) notes.push('clipped_to_inception');
  if (asked.to > asOf) notes.push('clipped_to_as_of');
  const [from, to] = [Math.max(asked.from, inception), Math.min(asked.to, asOf)];
  const incomplete = to > completeThrough ? { incompleteFrom: Math.max(from, completeThrough + 1) } : {};
  return { label, from, to, empty: false, notes, ...incomplete };
}

/** Never the wrong way round: an end that is left out is no further than the one that is asked for. */
function boundsOf(spec: PeriodSpec, asOf: Day, inception: Day): { from: Day; to: Day } {
  switch (spec.type) {
    case 'to-date':
      return { from: startOf(spec.unit, asOf), to: asOf };
    case 'trailing':
      return { from: monthsBefore(asOf, spec.months) + 1, to: asOf };
    case 'inception':
      return { from: Math.min(inception, asOf), to: asOf };
    case 'fixed': {
      const from = spec.from ?? Math.min(inception, spec.to ?? asOf);
      return { from, to: spec.to ?? Math.max(asOf, from) };
    }
    default:
      return spec satisfies never;
  }
}

/** The close at which a trailing period of so many months opens. */
export function monthsBefore(asOf: Day, count: number): Day {
  const earlier = addMonths(asOf, -count);
  const isMonthEnd = monthOf(asOf + 1) !== monthOf(asOf);
  return isMonthEnd ? dayOfMonth(yearOf(earlier), monthOf(earlier), 31) : earlier;
}

/** The first day of the month, quarter or year that a day is in. */
export function startOf(unit: 'month' | 'quarter' | 'year', day: Day): Day {
  const month = monthOf(day);
  const first = unit === 'month' ? month : unit === 'quarter' ? month - ((month - 1) % 3) : 1;
  return dayOfMonth(yearOf(day), first, 1);
}

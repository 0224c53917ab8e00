/**
 * Calendar days as integers, and the day on which an instant falls in a time zone.
 *
 * A `Day` counts days since 1970-01-01 in the proleptic Gregorian calendar, so that the fold compares
 * and steps through days with plain integer arithmetic.
 */
export type Day = number;

const MS_PER_DAY = 86_400_000;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses `YYYY-MM-DD`. Returns `undefined` for other text and for dates that do not exist. */
export function tryDay(text: string): Day | undefined {
  const match = ISO_DATE.exec(text);
  if (!match) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const ms = Date.UTC(year, month - 1, date);
  // Date.UTC maps the years 0 to 99 into the twentieth century and rolls 30 February over.
  if (year < 100 || new Date(ms).getUTCMonth() !== month - 1) return undefined;
  return ms / MS_PER_DAY;
}

/** Parses a `YYYY-MM-DD` that is known to be one. Throws `RangeError` otherwise. */
export function day(text: string): Day {
  const value = tryDay(text);
  if (value === undefined) throw new RangeError(`not a date: ${JSON.stringify(text)}`);
  return value;
}

const printed = new Map<Day, string>();

/** `YYYY-MM-DD`. */
export function isoDate(value: Day): string {
  let text = printed.get(value);
  if (text === undefined) {
    text = new Date(value * MS_PER_DAY).toISOString().slice(0, 10);
    if (printed.size < 100_000) printed.set(value, text);
  }
  return text;
}

/** Day of the week, 0 = Sunday. */
export function weekday(value: Day): number {
  return (((value + 4) % 7) + 7) % 7;
}

export function yearOf(value: Day): number {
  return Number(isoDate(value).slice(0, 4));
}

/** 1 to 12. */
export function monthOf(value: Day): number {
  return Number(isoDate(value).slice(5, 7));
}

/** The given day of a month; months outside 1 to 12 and days past the month's end are brought inside. */
export function dayOfMonth(year: number, month: number, date: number): Day {
  const first = Date.UTC(year, month - 1, 1);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return first / MS_PER_DAY + Math.min(date, length) - 1;
}

/** The same date `months` later (earlier when negative), at the month's end where it does not exist. */
export function addMonths(value: Day, months: number): Day {
  const text = isoDate(value);
  return dayOfMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)) + months, Number(text.slice(8)));
}

/**
 * An instant as fixed-width UTC text with microseconds (`2025-08-15T10:00:00.000000Z`), so that
 * comparing the texts compares the instants.
 */
export type Instant = string;

const END_OF_TIME = Date.UTC(10_000, 0, 1);

const ISO_INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Parses an ISO 8601 instant with an offset. Digits beyond microseconds are cut off. */
export function tryInstant(text: string): Instant | undefined {
  const match = ISO_INSTANT.exec(text);
  if (!match) return undefined;
  const date = tryDay(match[1]!);
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  if (date === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = (match[5] ?? '').padEnd(6, '0').slice(0, 6);
  const zone = match[6]!;
  let offset = 0;
  if (zone !== 'Z') {
    const [h, m] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
    if (h > 23 || m > 59) return undefined;
    offset = (zone[0] === '-' ? -1 : 1) * (h * 60 + m);
  }
  const ms = date * MS_PER_DAY + ((hour * 60 + minute - offset) * 60 + second) * 1000;
  // The offset may carry past the last year that the fixed width can hold.
  if (ms >= END_OF_TIME) return undefined;
  return `${new Date(ms).toISOString().slice(0, 19)}.${micros}Z`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let found = formatters.get(timeZone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, found);
  }
  return found;
}

/** Whether the IANA time zone database knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds that the zone's wall clock is ahead of UTC at an instant. */
export function offsetAt(ms: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(ms)) part[type] = Number(value);
  const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** The calendar day on which an instant falls in a time zone. */
export function dayOfInstant(instant: Instant, timeZone: string): Day {
  const ms = Date.parse(`${instant.slice(0, 23)}Z`);
  return Math.floor((timeZone === 'UTC' ? ms : ms + offsetAt(ms, timeZone)) / MS_PER_DAY);
}

/** The instant at which a calendar day begins in a time zone. */
export function startOfDay(value: Day, timeZone: string): Instant {
  let ms = value * MS_PER_DAY;
  if (timeZone !== 'UTC') {
    // Two rounds settle the offset on days when the clock changes. Where the clock skips midnight itself,
    // the second falls short, into the day before, and the first is the moment of the change.
    const first = ms - offsetAt(ms, timeZone);
    const second = ms - offsetAt(first, timeZone);
    ms = second + offsetAt(second, timeZone) < ms ? first : second;
  }
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

/** The wall clock of a time zone, fast enough to be asked for every tick. */
import { offsetAt } from '../../dates.ts';
import type { Day } from '../../dates.ts';

export const MS_PER_MINUTE = 60_000;
export const MS_PER_DAY = 86_400_000;

export interface Zone {
  /** IANA name. */
  readonly timeZone: string;
  /** The date on the zone's calendar at an instant in Unix milliseconds. */
  dateAt(ms: number): Day;
  /**
   * When the wall clock shows that minute of the day; minutes may lie before or after it. The first of two
   * such moments when the clock goes back, the moment of the change when it skips that minute.
   */
  instantOf(date: Day, minute: number): number;
}

/** The offset over a day of UTC, in milliseconds. */
interface DayOffset {
  readonly before: number;
  /** When it changes, if it does: no zone ever did twice within a day. */
  readonly change: number;
  readonly after: number;
}

const zones = new Map<string, Zone>();

/** A name that the time zone database does not know is found out when the zone is asked: a RangeError. */
export function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    zone = timeZone === 'UTC' ? UTC : createZone(timeZone);
    zones.set(timeZone, zone);
  }
  return zone;
}

const UTC: Zone = {
  timeZone: 'UTC',
  dateAt: (ms) => Math.floor(ms / MS_PER_DAY),
  instantOf: (date, minute) => date * MS_PER_DAY + minute * MS_PER_MINUTE,
};

/** Twenty years, and a batch that jumps about in them costs nothing. */
const CACHED_DAYS = 7_500;

function createZone(timeZone: string): Zone {
  const days = new Map<number, DayOffset>();

  function offsets(utcDay: number): DayOffset {
    let found = days.get(utcDay);
    if (!found) {
      const start = utcDay * MS_PER_DAY;
      const before = offsetAt(start, timeZone);
      const after = offsetAt(start + MS_PER_DAY, timeZone);
      const change = before === after ? Infinity : changeWithin(start, start + MS_PER_DAY, before);
      found = { before, change, after };
      if (days.size >= CACHED_DAYS) days.clear();
      days.set(utcDay, found);
    }
    return found;
  }

  function changeWithin(low: number, high: number, before: number): number {
    // In whole seconds: `low` still has the former offset, `high` no longer.
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offsetAt(middle, timeZone) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  function offset(ms: number): number {
    const { before, change, after } = offsets(Math.floor(ms / MS_PER_DAY));
    return ms < change ? before : after;
  }

  return {
    timeZone,
    dateAt: (ms) => Math.floor((ms + offset(ms)) / MS_PER_DAY),
    instantOf(date, minute) {
      const wall = date * MS_PER_DAY + minute * MS_PER_MINUTE;
      // No zone is as far as a day from UTC, so a change that matters lies between these two.
      const [before, after] = [offset(wall - MS_PER_DAY), offset(wall + MS_PER_DAY)];
      const early = wall - before;
      if (before === after || offset(early) === before) return early;
      const late = wall - after;
      return offset(late) === after ? late : changeWithin(late, early, before);
    },
  };
}

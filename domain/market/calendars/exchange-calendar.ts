/** The calendar of an exchange from its definition. Years and sessions are worked out once and kept. */
import { weekday, yearOf } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import type { Calendar, Session } from '../calendar.ts';
import type { ExchangeDefinition } from './definition.ts';
import { MS_PER_MINUTE, zoneOf } from './zone.ts';

interface Year {
  readonly holidays: ReadonlySet<Day>;
  readonly earlyCloses: ReadonlyMap<Day, number>;
}

/** Thirty years of trading days. */
const CACHED_SESSIONS = 11_000;

/** A time zone that nobody knows is found out when the calendar is asked: a RangeError. */
export function createCalendar(definition: ExchangeDefinition): Calendar {
  const zone = zoneOf(definition.timeZone);
  const years = new Map<number, Year>();
  const sessions = new Map<Day, Session | undefined>();
  let recent: Session | undefined;

  function ofYear(year: number): Year {
    let found = years.get(year);
    if (!found) {
      const holidays = new Set(definition.holidays(year));
      found = { holidays, earlyCloses: new Map(definition.earlyCloses(year)) };
      years.set(year, found);
    }
    return found;
  }

  function make(date: Day): Session | undefined {
    if (!definition.weekdays.includes(weekday(date))) return undefined;
    const { holidays, earlyCloses } = ofYear(yearOf(date));
    if (holidays.has(date)) return undefined;
    const hours = definition.hours(date);
    const close = zone.instantOf(date, earlyCloses.get(date) ?? hours.close);
    const settled = close + definition.settleMinutes * MS_PER_MINUTE;
    return { date, open: zone.instantOf(date, hours.open), close, settled };
  }

  function sessionOn(date: Day): Session | undefined {
    if (sessions.has(date)) return sessions.get(date);
    const session = make(date);
    if (sessions.size >= CACHED_SESSIONS) sessions.clear();
    sessions.set(date, session);
    return session;
  }

  return {
    exchange: definition.exchange,
    timeZone: definition.timeZone,
    sessionOn,
    sessionAt(ms) {
      // Ticks come in the order of time, mostly: one look instead of three.
      if (recent && ms >= recent.open && ms < recent.settled) return recent;
      const date = zone.dateAt(ms);
      // A session may begin on the day before its date, and end on the day after.
      for (const candidate of [date, date + 1, date - 1]) {
        const session = sessionOn(candidate);
        if (session && ms >= session.open && ms < session.settled) return (recent = session);
      }
      return undefined;
    },
    sessionsBetween(from, to) {
      const found: Session[] = [];
      for (let date = from; date <= to; date++) {
        const session = sessionOn(date);
        if (session) found.push(session);
      }
      return found;
    },
    dateAt: (ms) => zone.dateAt(ms),
  };
}

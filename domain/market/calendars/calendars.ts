/** The calendars of all exchanges that are known, by their ids. */
import type { Calendar } from '../calendar.ts';
import { XASX } from './australia.ts';
import type { ExchangeDefinition } from './definition.ts';
import { XAMS, XETR, XLON, XMAD, XMIL, XPAR, XSWX } from './europe.ts';
import { createCalendar } from './exchange-calendar.ts';
import { XHKG } from './hong-kong.ts';
import { XTKS } from './japan.ts';
import { XNAS, XNYS, XTSE } from './north-america.ts';
import { overridden } from './overrides.ts';
import type { ExchangeOverride } from './overrides.ts';
import { FX, ROUND_THE_CLOCK } from './round-the-clock.ts';

const BUILT_IN: readonly ExchangeDefinition[] = [
  ...[XNYS, XNAS, XTSE],
  ...[XLON, XETR, XPAR, XAMS, XMIL, XMAD, XSWX],
  ...[XTKS, XHKG, XASX],
  ...[FX, ROUND_THE_CLOCK],
];

/** Of an exchange that is not known: that of `24x7`, so that its ticks are bars all the same. */
export type CalendarOf = (exchange: string) => Calendar;

export interface Calendars {
  /** In alphabetical order. */
  readonly exchanges: readonly string[];
  readonly calendarOf: CalendarOf;
}

/** @throws RangeError for a new exchange without time zone or hours, and for hours that cannot be */
export function createCalendars(overrides: readonly ExchangeOverride[] = []): Calendars {
  const definitions = new Map(BUILT_IN.map((definition) => [definition.exchange, definition]));
  for (const override of overrides) {
    definitions.set(override.exchange, overridden(definitions.get(override.exchange), override));
  }
  const calendars = new Map<string, Calendar>();
  for (const [exchange, definition] of definitions) calendars.set(exchange, createCalendar(definition));
  const otherwise = createCalendar(ROUND_THE_CLOCK);
  return {
    exchanges: [...calendars.keys()].sort(),
    calendarOf: (exchange) => calendars.get(exchange) ?? otherwise,
  };
}

/** Of the exchanges that are built in, without an operator's additions. */
export const calendarOf: CalendarOf = createCalendars().calendarOf;

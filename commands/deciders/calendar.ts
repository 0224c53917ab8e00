/** The business date: it only ever advances. */
import { day, isoDate } from '../../domain/dates.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { Decision } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';

export interface CalendarState {
  readonly latest?: string;
}

/** How far ahead of the caller's today a business date may lie: a long holiday, not a typing error. */
export const MAX_DAYS_AHEAD = 7;

export function initialCalendar(): CalendarState {
  return {};
}

export function evolveCalendar(state: CalendarState, event: DomainEvent): CalendarState {
  if (event.type !== 'BusinessDateAdvanced') return state;
  return state.latest !== undefined && event.data.date <= state.latest ? state : { latest: event.data.date };
}

/** `today` is the date of the caller's clock: time is part of the command. */
export interface AdvanceTo {
  readonly date: string;
  readonly today: string;
}

/** An earlier or equal date changes nothing, since published days stay published. */
export function decideBusinessDate(command: AdvanceTo, state: CalendarState): Decision {
  if (state.latest !== undefined && command.date <= state.latest) return NOTHING_NEW;
  if (day(command.date) > day(command.today) + MAX_DAYS_AHEAD)
    return refuse('invalid', {
      field: 'date',
      rule: 'future',
      message: `must not lie after ${isoDate(day(command.today) + MAX_DAYS_AHEAD)}`,
    });
  return decided({ type: 'BusinessDateAdvanced', data: { date: command.date } });
}

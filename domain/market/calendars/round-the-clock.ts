/** Markets without a place: currencies, and what never closes. */
import { at, MONDAY_TO_FRIDAY } from './definition.ts';
import type { ExchangeDefinition } from './definition.ts';

/** From Sunday to Friday, 17:00 in New York; a trade date begins at 17:00 of the day before. */
export const FX: ExchangeDefinition = {
  exchange: 'FX',
  timeZone: 'America/New_York',
  weekdays: MONDAY_TO_FRIDAY,
  hours: () => ({ open: at(17 - 24), close: at(17) }),
  settleMinutes: 0,
  holidays: () => [],
  earlyCloses: () => [],
};

/** Crypto-currencies, and everything of which nobody said where it trades: the day of UTC. */
export const ROUND_THE_CLOCK: ExchangeDefinition = {
  exchange: '24x7',
  timeZone: 'UTC',
  weekdays: [0, 1, 2, 3, 4, 5, 6],
  hours: () => ({ open: 0, close: at(24) }),
  settleMinutes: 0,
  holidays: () => [],
  earlyCloses: () => [],
};

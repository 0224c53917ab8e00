/** What has to be known of an exchange to make its calendar. */
import type { Day } from '../../dates.ts';

/** Minutes of the local day; an opening before its date has a negative one. */
export interface Hours {
  readonly open: number;
  readonly close: number;
}

export interface ExchangeDefinition {
  /** Such as `XNYS`. */
  readonly exchange: string;
  /** IANA name. */
  readonly timeZone: string;
  /** On which it trades, 0 = Sunday. */
  readonly weekdays: readonly number[];
  hours(date: Day): Hours;
  /** How long after the close prices of the closing auction still belong to the day. */
  readonly settleMinutes: number;
  /** Days of a year without trading; those that fall on weekends do not matter. */
  holidays(year: number): readonly Day[];
  /** Days of a year with another close, by its minute of the day. */
  earlyCloses(year: number): readonly (readonly [Day, number])[];
}

export const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];
/** The closing auction and late reports of it. */
export const AUCTION_MINUTES = 15;

/** Minute of the day at which a clock shows `hours:minutes`. */
export const at = (hours: number, minutes = 0): number => hours * 60 + minutes;

/** A cash market that trades from Monday to Friday and ends with a closing auction. */
export function cashMarket(
  given: Pick<ExchangeDefinition, 'exchange' | 'timeZone' | 'holidays'> &
    Partial<Pick<ExchangeDefinition, 'earlyCloses' | 'hours'>> & {
      readonly trades?: readonly [number, number];
    },
): ExchangeDefinition {
  const { trades: [open, close] = [at(9), at(17, 30)], ...rest } = given;
  return {
    weekdays: MONDAY_TO_FRIDAY,
    settleMinutes: AUCTION_MINUTES,
    hours: () => ({ open, close }),
    earlyCloses: () => [],
    ...rest,
  };
}

/** What an operator knows better: further holidays and early closes, other hours, exchanges of his own. */
import { isoDate } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import { cashMarket, AUCTION_MINUTES, MONDAY_TO_FRIDAY } from './definition.ts';
import type { ExchangeDefinition, Hours } from './definition.ts';

export interface ExchangeOverride {
  readonly exchange: string;
  /** Needed for an exchange that is not built in, as are its hours. */
  readonly timeZone?: string;
  /** Of every day, in place of the usual ones. */
  readonly hours?: Hours;
  /** 0 = Sunday. */
  readonly weekdays?: readonly number[];
  readonly settleMinutes?: number;
  readonly holidays?: readonly Day[];
  /** Days that are no holidays after all. */
  readonly tradingDays?: readonly Day[];
  /** By minute of the local day. */
  readonly earlyCloses?: readonly (readonly [Day, number])[];
}

/**
 * The definition with the operator's additions.
 * @throws RangeError for a new exchange without time zone or hours, and for hours that cannot be
 */
export function overridden(
  known: ExchangeDefinition | undefined,
  { exchange, timeZone, hours, ...override }: ExchangeOverride,
): ExchangeDefinition {
  const base = known ?? newExchange(exchange, timeZone, hours);
  const { holidays = [], tradingDays = [], earlyCloses = [] } = override;
  const trading = new Set(tradingDays);
  const definition: ExchangeDefinition = {
    exchange,
    timeZone: timeZone ?? base.timeZone,
    weekdays: override.weekdays ?? base.weekdays,
    settleMinutes: override.settleMinutes ?? base.settleMinutes,
    hours: hours ? () => hours : base.hours,
    holidays: (year) => [...base.holidays(year), ...holidays].filter((date) => !trading.has(date)),
    // Of two closes of a day the operator's, which is the later in the list, counts.
    earlyCloses: (year) => [...base.earlyCloses(year), ...earlyCloses],
  };
  refuseNonsense(definition, hours, earlyCloses);
  return definition;
}

const MINUTES_PER_DAY = 1440;

function refuseNonsense(
  { exchange, settleMinutes, hours: hoursOf }: ExchangeDefinition,
  hours: Hours | undefined,
  earlyCloses: NonNullable<ExchangeOverride['earlyCloses']>,
): void {
  if (hours) {
    if (hours.close <= hours.open) throw new RangeError(`${exchange} closes before it opens`);
    // Two sessions would have an instant in common.
    if (hours.close + settleMinutes - hours.open > MINUTES_PER_DAY)
      throw new RangeError(`a session of ${exchange} takes more than a day`);
  }
  for (const [date, minute] of earlyCloses) {
    if (minute <= hoursOf(date).open)
      throw new RangeError(`${exchange} would close before it opens on ${isoDate(date)}`);
  }
}

function newExchange(exchange: string, timeZone?: string, hours?: Hours): ExchangeDefinition {
  if (timeZone === undefined || !hours) {
    throw new RangeError(`the exchange ${exchange} is not built in: its time zone and its hours are needed`);
  }
  return {
    ...cashMarket({ exchange, timeZone, holidays: () => [], hours: () => hours }),
    weekdays: MONDAY_TO_FRIDAY,
    settleMinutes: AUCTION_MINUTES,
  };
}

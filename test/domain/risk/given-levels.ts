/** Levels of a made-up portfolio, for the tests of risk. */
import { add, decimal, ONE, type Decimal } from '../../../domain/decimal.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { dailyLevels, type DailyLevels } from '../../../domain/risk/levels.ts';
import { moved, withOptions } from '../returns/given-days.ts';

/** From a day on, one return a day (`0.01` is 1 %), without flows. */
export function fromReturns(from: string, returns: readonly string[]): DailyLevels {
  return fromFactors(
    from,
    returns.map((text) => add(ONE, decimal(text))),
  );
}

export function fromFactors(from: string, factors: readonly Decimal[]): DailyLevels {
  const days = moved(
    from,
    decimal('1000'),
    factors.map((factor) => ({ factor })),
  );
  return dailyLevels(linkDays(days, withOptions({})));
}

/** From a day on, the closes themselves; the first one is the opening value. */
export function fromCloses(from: string, [opening, ...closes]: readonly number[]): DailyLevels {
  const days = closes.map((close, i) => ({
    ...moved(from, decimal(String([opening!, ...closes][i]!)), [{ factor: ONE }])[0]!,
    eodMarketValue: decimal(String(close)),
  }));
  const first = days[0]!.day;
  return dailyLevels(
    linkDays(
      days.map((row, i) => ({ ...row, day: first + i })),
      withOptions({}),
    ),
  );
}

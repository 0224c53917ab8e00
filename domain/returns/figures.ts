/** The three returns of one complete stretch of days. */
import { add, decimal, multiply, negate, ONE, subtract, toNumber, ZERO, type Decimal } from '../decimal.ts';
import { annualise, DAYS_PER_YEAR, holdingPeriodRate, rateOf } from './annualise.ts';
import { modifiedDietz } from './dietz.ts';
import { growthOver, type ReturnChain } from './link.ts';
import type { Period } from './periods.ts';
import { noCapital, noRate, notAnnualised, outOfRange, undefinedDay, type Reason } from './remarks.ts';
import { firstAtLeast, type Stretch } from './stretch.ts';
import { sumsOver, type RunningTotals } from './totals.ts';
import { xirr, type DatedFlow } from './xirr.ts';

export interface EndValues {
  readonly begin: Decimal;
  readonly end: Decimal;
}

/** The days of a period, both ends counted. */
export function lengthOf(period: Period): number {
  return period.to - period.from + 1;
}

/** The market values between which a complete stretch lies. */
export function endValues(chain: ReturnChain, { first, last }: Stretch): EndValues {
  if (first > last) return { begin: ZERO, end: ZERO };
  return { begin: chain.days[first]!.bodMarketValue, end: chain.days[last]!.eodMarketValue };
}

/** The time-weighted return of the rows, or the reason why there is none. */
export function timeWeighted(chain: ReturnChain, { first, last }: Stretch): Decimal | Reason {
  if (first > last) return noCapital('twr');
  const bad = chain.undefinedRows;
  const next = bad[firstAtLeast(bad.length, (i) => bad[i]!.row >= first)];
  if (next && next.row <= last) return undefinedDay(next.code, chain.days[next.row]!.day);
  if (chain.returns[last + 1] === chain.returns[first]) return noCapital('twr');
  return subtract(growthOver(chain, first, last), ONE);
}

/** The modified Dietz return of the rows, or the reason why there is none. */
export function dietz(
  totals: RunningTotals,
  period: Period,
  stretch: Stretch,
  values: EndValues,
): Decimal | Reason {
  const { flows, flowMoments } = sumsOver(totals, stretch.first, stretch.last);
  const value = modifiedDietz({
    beginMarketValue: values.begin,
    endMarketValue: values.end,
    flows,
    flowDays: add(multiply(flows, decimal(period.to)), negate(flowMoments)),
    days: lengthOf(period),
  });
  return value ?? noCapital('modified_dietz');
}

export interface MoneyWeighted {
  readonly mwr: Decimal | null;
  readonly mwrHoldingPeriod: Decimal | null;
  readonly mwrRates: readonly Decimal[];
  readonly reasons: readonly Reason[];
}

/**
 * XIRR of the opening value (going in on the day before), the flows, and the closing value (coming out).
 * Of several rates the one nearest to `guess`, a return over the period, is taken.
 */
export function moneyWeighted(
  totals: RunningTotals,
  period: Period,
  { first, last }: Stretch,
  values: EndValues,
  guess: Decimal | null,
): MoneyWeighted {
  const { rowFlows } = totals;
  const start = firstAtLeast(rowFlows.length, (i) => rowFlows[i]!.row >= first);
  const end = firstAtLeast(rowFlows.length, (i) => rowFlows[i]!.row > last);
  const flows: DatedFlow[] = [{ day: period.from - 1, amount: -toNumber(values.begin) }];
  for (let i = start; i < end; i++) flows.push({ day: rowFlows[i]!.day, amount: -rowFlows[i]!.amount });
  flows.push({ day: period.to, amount: toNumber(values.end) });
  const solved = xirr(flows);
  if (solved.kind === 'none')
    return { mwr: null, mwrHoldingPeriod: null, mwrRates: [], reasons: [noRate(solved.reason)] };
  const days = lengthOf(period);
  const expected =
    guess === null ? 0 : (Math.log(Math.max(1 + toNumber(guess), 1e-6)) * DAYS_PER_YEAR) / days;
  const chosen = solved.logarithms.reduce((a, b) =>
    Math.abs(b - expected) < Math.abs(a - expected) ? b : a,
  );
  const mwr = rateOf(chosen);
  const mwrHoldingPeriod = holdingPeriodRate(chosen, days);
  return {
    mwr,
    mwrHoldingPeriod,
    mwrRates: solved.logarithms.map(rateOf).filter((rate) => rate !== null),
    reasons: [
      ...(mwr === null ? [outOfRange('mwr')] : []),
      ...(mwrHoldingPeriod === null ? [outOfRange('mwr_holding_period')] : []),
    ],
  };
}

/** The yearly rate of a period's time-weighted return, or the reason why there is none. */
export function annualised(total: Decimal, period: Period, short: boolean): Decimal | Reason {
  const days = lengthOf(period);
  const yearly = annualise(total, days, short);
  return yearly ?? (short || days >= DAYS_PER_YEAR ? outOfRange('twr_annualized') : notAnnualised());
}

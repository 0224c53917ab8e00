/** The figures of periods over one series of days. */
import { add, subtract, type Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import * as figures from './figures.ts';
import { linkDays, sharedDays, type ReturnChain } from './link.ts';
import {
  DEFAULT_RETURN_OPTIONS,
  qualityOf,
  type Quality,
  type ReturnDay,
  type ReturnOptions,
} from './model.ts';
import type { Period } from './periods.ts';
import { flag, missingDay, outsideHistory, type Flag, type Reason } from './remarks.ts';
import { findStretch, rowsBetween, type Stretch } from './stretch.ts';
import { runningTotals, sumsOver, type RunningTotals } from './totals.ts';

export interface PerformanceOptions extends ReturnOptions {
  /** Annualise the time-weighted return of periods below a year too. */
  readonly annualiseShort?: boolean;
}

/** Money in the currency of the days, returns as fractions. Where a figure is `null`, `reasons` say why. */
export interface PeriodPerformance {
  readonly period: string;
  /** The opening value is the close of the day before `from`; the returns of both ends count. */
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  readonly twr: Decimal | null;
  /** `null` below 365 days unless asked for. */
  readonly twrAnnualized: Decimal | null;
  /** XIRR per year of 365 days, and what it makes of the period's days. */
  readonly mwr: Decimal | null;
  readonly mwrHoldingPeriod: Decimal | null;
  /** Every yearly rate that solves the equation, ascending; usually the one above. */
  readonly mwrRates: readonly Decimal[];
  readonly modifiedDietz: Decimal | null;
  readonly beginMarketValue: Decimal | null;
  readonly endMarketValue: Decimal | null;
  /** External flows, outflows negative: `begin + inflows + outflows + gain = end` on a net basis. */
  readonly inflows: Decimal | null;
  readonly outflows: Decimal | null;
  readonly income: Decimal | null;
  readonly fees: Decimal | null;
  readonly taxes: Decimal | null;
  /** On the basis asked for, thus with the costs added back if any are. */
  readonly gain: Decimal | null;
  readonly quality: Quality;
  readonly flags: readonly Flag[];
  readonly reasons: readonly Reason[];
}

/** Days linked and summed once, for any number of periods. */
export interface PerformanceBasis {
  readonly chain: ReturnChain;
  readonly totals: RunningTotals;
  readonly options: PerformanceOptions;
}

/** The figures of each period, in the order given. `days` must ascend (`RangeError`). */
export function performance(
  days: readonly ReturnDay[],
  periods: readonly Period[],
  options: PerformanceOptions = DEFAULT_RETURN_OPTIONS,
): PeriodPerformance[] {
  const basis = performanceBasis(days, options);
  return periods.map((period) => periodPerformance(basis, period));
}

/** @param former a basis with the same options: of the days that both begin with nothing is computed again */
export function performanceBasis(
  days: readonly ReturnDay[],
  options: PerformanceOptions,
  former?: PerformanceBasis,
): PerformanceBasis {
  const known = former && { totals: former.totals, shared: sharedDays(former.chain.days, days) };
  return {
    chain: linkDays(days, options, former?.chain),
    totals: runningTotals(days, options, known),
    options,
  };
}

export function periodPerformance(basis: PerformanceBasis, period: Period): PeriodPerformance {
  if (period.empty) return { ...withoutFigures(period), reasons: [outsideHistory()] };
  const { chain, totals, options } = basis;
  const stretch = stretchOf(chain, period);
  const described = { quality: quality(totals, stretch), flags: flags(basis, period, stretch) };
  if (stretch.missing !== undefined)
    return {
      ...withoutFigures(period),
      ...knownEnds(chain.days, period, stretch),
      ...described,
      reasons: [missingDay(stretch.missing)],
    };
  const values = figures.endValues(chain, stretch);
  const { inflows, outflows, income, fees, taxes, addedBack } = sumsOver(totals, stretch.first, stretch.last);
  const gain = add(subtract(subtract(subtract(values.end, values.begin), inflows), outflows), addedBack);
  const [twr, twrReasons] = figureOrReason(figures.timeWeighted(chain, stretch));
  const [modifiedDietz, dietzReasons] = figureOrReason(figures.dietz(totals, period, stretch, values));
  const [twrAnnualized, yearlyReasons] =
    twr === null
      ? [null, []]
      : figureOrReason(figures.annualised(twr, period, options.annualiseShort ?? false));
  const { reasons: moneyReasons, ...money } = figures.moneyWeighted(
    totals,
    period,
    stretch,
    values,
    modifiedDietz,
  );
  return {
    period: period.label,
    from: period.from,
    to: period.to,
    days: figures.lengthOf(period),
    twr,
    twrAnnualized,
    ...money,
    modifiedDietz,
    beginMarketValue: values.begin,
    endMarketValue: values.end,
    inflows,
    outflows,
    income,
    fees,
    taxes,
    gain,
    quality: described.quality,
    flags: [...described.flags, ...(money.mwrRates.length > 1 ? [flag('several_rates')] : [])],
    reasons: [...twrReasons, ...yearlyReasons, ...moneyReasons, ...dietzReasons],
  };
}

/** Of a day that is not complete nobody knows whether nothing was held. */
function stretchOf(chain: ReturnChain, { from, to, incompleteFrom }: Period): Stretch {
  const stretch = findStretch(chain, from, to);
  return stretch.missing === undefined && incompleteFrom !== undefined
    ? { ...stretch, missing: incompleteFrom, bridged: false }
    : stretch;
}

function figureOrReason(outcome: Decimal | Reason): [Decimal | null, Reason[]] {
  return 'figure' in outcome ? [null, [outcome]] : [outcome, []];
}

function withoutFigures(period: Period): PeriodPerformance {
  return {
    period: period.label,
    from: period.from,
    to: period.to,
    days: figures.lengthOf(period),
    twr: null,
    twrAnnualized: null,
    mwr: null,
    mwrHoldingPeriod: null,
    mwrRates: [],
    modifiedDietz: null,
    beginMarketValue: null,
    endMarketValue: null,
    inflows: null,
    outflows: null,
    income: null,
    fees: null,
    taxes: null,
    gain: null,
    quality: 'final',
    flags: [],
    reasons: [],
  };
}

/** The market values at a period's ends, for as much as its own end days have rows. */
function knownEnds(days: readonly ReturnDay[], period: Period, { first, last }: Stretch) {
  const [opening, closing] = [days[first], days[last]];
  return {
    beginMarketValue: opening?.day === period.from ? opening.bodMarketValue : null,
    endMarketValue: closing?.day === period.to ? closing.eodMarketValue : null,
  };
}

/** The row before the first counts too where it is known: its close is the opening value. */
function quality(totals: RunningTotals, { first, last }: Stretch): Quality {
  const end = Math.max(last + 1, first);
  const estimated = totals.estimated[end]! - totals.estimated[Math.max(first - 1, 0)]!;
  return qualityOf(estimated > 0, totals.open[end]! > totals.open[first]!);
}

function flags({ chain, totals }: PerformanceBasis, period: Period, stretch: Stretch): Flag[] {
  const found = period.notes.map((note) => flag(note));
  const unexplained = rowsBetween(chain.unexplainedRows, stretch.first, stretch.last)[0];
  if (unexplained !== undefined) found.push(flag('value_without_capital', chain.days[unexplained]!.day));
  if (stretch.bridged) found.push(flag('linked_across_gap'));
  const { first, last } = stretch;
  if (first <= last && totals.open[last + 1]! > totals.open[first]!) found.push(flag('open_day'));
  if (quality(totals, stretch) === 'estimated') found.push(flag('estimated_values'));
  return found;
}

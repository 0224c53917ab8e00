/** What a restatement changed: day by day, and in the returns of periods. */
import { abs, compare, decimal, equal, multiply, round, subtract, type Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import { timeWeighted } from './figures.ts';
import { linkDays } from './link.ts';
import type { PerformanceOptions } from './performance.ts';
import { DEFAULT_RETURN_OPTIONS, type ReturnDay } from './model.ts';
import { parsePeriods, resolvePeriod, STANDARD_PERIODS, type NamedPeriod, type Period } from './periods.ts';
import { missingDay, outsideHistory, type Reason } from './remarks.ts';
import { findStretch } from './stretch.ts';

/** The amounts of a day that are compared unless others are named. */
export const DAY_AMOUNTS = [
  'bodMarketValue',
  'bodCashflow',
  'eodCashflow',
  'eodMarketValue',
  'income',
  'fees',
  'taxes',
] as const;

export type Amounts<K extends string> = Readonly<Record<K, Decimal>>;
export type AmountsOfDay<K extends string> = Amounts<K> & { readonly day: Day };

/** A day that reads differently. A side is `null` where the day did not exist; then there is no delta. */
export interface ChangedDay<K extends string> {
  readonly day: Day;
  readonly before: Amounts<K> | null;
  readonly after: Amounts<K> | null;
  /** After less before. */
  readonly delta: Amounts<K> | null;
}

/** The days of two ascending series that differ in any of the named amounts, ascending. */
export function changedDays<K extends string>(
  before: readonly AmountsOfDay<K>[],
  after: readonly AmountsOfDay<K>[],
  names: readonly K[],
): ChangedDay<K>[] {
  const changed: ChangedDay<K>[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length;) {
    const [old, fresh] = [before[i], after[j]];
    if (old && fresh && old.day === fresh.day) {
      if (names.some((name) => !equal(old[name], fresh[name])))
        changed.push({
          day: old.day,
          before: pick(names, (name) => old[name]),
          after: pick(names, (name) => fresh[name]),
          delta: pick(names, (name) => subtract(fresh[name], old[name])),
        });
      i++;
      j++;
    } else if (old && (!fresh || old.day < fresh.day)) {
      changed.push({ day: old.day, before: pick(names, (name) => old[name]), after: null, delta: null });
      i++;
    } else if (fresh) {
      changed.push({ day: fresh.day, before: null, after: pick(names, (name) => fresh[name]), delta: null });
      j++;
    }
  }
  return changed;
}

function pick<K extends string>(names: readonly K[], value: (name: K) => Decimal): Amounts<K> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, Decimal>;
}

export interface Impact {
  readonly period: string;
  readonly twrBefore: Decimal | null;
  readonly twrAfter: Decimal | null;
  /** After less before, to 4 decimals; `null` when a side has no return. */
  readonly basisPoints: Decimal | null;
  /** At or beyond the threshold, or a return appeared or vanished. */
  readonly material: boolean;
  /** Why a side is `null`. */
  readonly reasonsBefore: readonly Reason[];
  readonly reasonsAfter: readonly Reason[];
}

export interface ImpactOptions extends PerformanceOptions {
  /** Periods to compare; the standard ones when left out. */
  readonly periods?: readonly NamedPeriod[];
  /** In basis points; 5 when left out. */
  readonly materiality?: Decimal;
}

export const DEFAULT_MATERIALITY: Decimal = decimal(5);
const BASIS_POINTS: Decimal = decimal(10_000);
const BASIS_POINT_SCALE = 4;

/** The change of the time-weighted returns up to `asOf`, each series with the inception it has itself. */
export function returnImpact(
  before: readonly ReturnDay[],
  after: readonly ReturnDay[],
  asOf: Day,
  options: ImpactOptions = DEFAULT_RETURN_OPTIONS,
): Impact[] {
  const periods = options.periods ?? standardPeriods();
  const [olds, news] = [before, after].map((days) => {
    const inception = days[0]?.day ?? asOf + 1;
    return returnsOf(
      days,
      periods.map((period) => resolvePeriod(period, asOf, inception)),
      options,
    );
  });
  return periods.map(({ label }, i) => {
    const [old, fresh] = [olds![i]!, news![i]!];
    const difference = old.twr && fresh.twr ? multiply(subtract(fresh.twr, old.twr), BASIS_POINTS) : null;
    return {
      period: label,
      twrBefore: old.twr,
      twrAfter: fresh.twr,
      basisPoints: difference && round(difference, BASIS_POINT_SCALE),
      material: difference
        ? compare(abs(difference), options.materiality ?? DEFAULT_MATERIALITY) >= 0
        : old.twr !== fresh.twr,
      reasonsBefore: old.reasons,
      reasonsAfter: fresh.reasons,
    };
  });
}

interface PeriodReturn {
  readonly twr: Decimal | null;
  readonly reasons: readonly Reason[];
}

/** The time-weighted returns alone: of what `performance` gives, money-weighted ones would cost the most. */
function returnsOf(
  days: readonly ReturnDay[],
  periods: readonly Period[],
  options: PerformanceOptions,
): PeriodReturn[] {
  const chain = linkDays(days, options);
  return periods.map((period) => {
    if (period.empty) return { twr: null, reasons: [outsideHistory()] };
    const stretch = findStretch(chain, period.from, period.to);
    if (stretch.missing !== undefined) return { twr: null, reasons: [missingDay(stretch.missing)] };
    const outcome = timeWeighted(chain, stretch);
    return 'figure' in outcome ? { twr: null, reasons: [outcome] } : { twr: outcome, reasons: [] };
  });
}

/** The standard periods, named. */
export function standardPeriods(): readonly NamedPeriod[] {
  const parsed = parsePeriods(STANDARD_PERIODS.join(','));
  return parsed.ok ? parsed.value : [];
}

export interface Restatement<K extends string> {
  readonly days: readonly ChangedDay<K>[];
  readonly impact: readonly Impact[];
}

/** Both comparisons of two series of portfolio days. */
export function compareHistories(
  before: readonly ReturnDay[],
  after: readonly ReturnDay[],
  asOf: Day,
  options: ImpactOptions = DEFAULT_RETURN_OPTIONS,
): Restatement<(typeof DAY_AMOUNTS)[number]> {
  return {
    days: changedDays(before, after, DAY_AMOUNTS),
    impact: returnImpact(before, after, asOf, options),
  };
}

/** The linked effects of each segment over a period. */
import { addEffects, dayEffects, NO_EFFECTS, scaleEffects } from '../../domain/attribution/brinson.ts';
import { effectsApart } from '../../domain/attribution/currency.ts';
import type { Effects } from '../../domain/attribution/brinson.ts';
import { linkingFactors } from '../../domain/attribution/linking.ts';
import type { Day } from '../../domain/dates.ts';
import {
  add,
  decimal,
  divide,
  multiply,
  ONE,
  round,
  sign,
  subtract,
  sum,
  ZERO,
} from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { dayReturn } from '../../domain/returns/daily.ts';
import { addedBack, timedFlows } from '../../domain/returns/flows.ts';
import type { ReturnDay, ReturnOptions } from '../../domain/returns/model.ts';
import type { Period } from '../../domain/returns/periods.ts';
import type { BenchmarkDays, BenchmarkSegment } from './benchmark-segments.ts';

/** A calendar day of the period. */
export interface AttributionDay {
  readonly day: Day;
  /** What the portfolio's parts of the day are fractions of; `null` without capital. */
  readonly capital: Decimal | null;
  readonly benchmark: Decimal;
  /** What of it exchange rates brought. */
  readonly benchmarkCurrency: Decimal;
  /** See `linkingFactors`. */
  readonly factor: Decimal;
}

const PLACES = 30;

/** @param whole the portfolio's days; every one of the period's has a return or no capital */
export function attributionDays(
  whole: ReadonlyMap<Day, ReturnDay>,
  benchmark: BenchmarkDays,
  period: Period,
  options: ReturnOptions,
): AttributionDay[] {
  const pairs: { day: Day; capital: Decimal | null; portfolio: Decimal; benchmark: Decimal }[] = [];
  for (let day = period.from; day <= period.to; day++) {
    const row = whole.get(day);
    const value = row && dayReturn(row, options);
    const earned = benchmark.returns[day - benchmark.first]!;
    pairs.push(
      value?.kind === 'return'
        ? {
            day,
            capital: value.capital,
            portfolio: subtract(divide(value.result, value.capital, PLACES), ONE),
            benchmark: earned,
          }
        : { day, capital: null, portfolio: ZERO, benchmark: earned },
    );
  }
  const factors = linkingFactors(pairs);
  return pairs.map(({ day, capital, benchmark: earned }, i) => ({
    day,
    capital,
    benchmark: earned,
    benchmarkCurrency: benchmark.currencyReturns[day - benchmark.first] ?? ZERO,
    factor: factors[i]!,
  }));
}

/** A segment's or the whole's gain of a day is made of six amounts, each rounded to ten places. */
const GAIN_ROUNDING = decimal('0.0000000003');

/**
 * What the rounding of amounts may come to in the sum of all effects.
 * @param summands how many gains are added up or compared on a day
 */
export function effectRounding(days: readonly AttributionDay[], summands: number): Decimal {
  const perUnit = days.map(({ capital, factor }) =>
    capital === null ? ZERO : divide(factor, capital, PLACES),
  );
  return multiply(multiply(sum(perUnit), GAIN_ROUNDING), decimal(summands));
}

/** A portfolio's day of a segment, and what of its flows came from outside the whole. */
export interface PortfolioSegmentDay {
  readonly row: ReturnDay;
  readonly external: { readonly bod: Decimal; readonly eod: Decimal };
  readonly currencyGain: Decimal;
}

/** Whether what exchange rates brought is an effect of its own or part of the others. */
export type CurrencyEffect = 'apart' | 'merged';

export interface SegmentSums {
  readonly effects: Effects;
  /** Sums of the days' weights, over days with capital and over all. */
  readonly weight: Decimal;
  readonly benchmarkWeight: Decimal;
}

/** Days without capital have no effects: there is nothing that could have been held otherwise. */
export function segmentEffects(
  days: readonly AttributionDay[],
  portfolio: ReadonlyMap<Day, PortfolioSegmentDay> | undefined,
  benchmark: { readonly segment: BenchmarkSegment | undefined; readonly first: Day },
  options: ReturnOptions,
  currency: CurrencyEffect,
): SegmentSums {
  let effects = NO_EFFECTS;
  let weight = ZERO;
  let benchmarkWeight = ZERO;
  for (const { day, capital, benchmark: total, benchmarkCurrency, factor } of days) {
    const at = day - benchmark.first;
    const ofBenchmark = benchmark.segment?.weights[at] ?? ZERO;
    benchmarkWeight = add(benchmarkWeight, ofBenchmark);
    if (capital === null || sign(capital) <= 0) continue;
    const own = portfolio?.get(day);
    const held = own ? partOf(own, capital, options) : NOT_HELD;
    weight = add(weight, held.weight);
    const segment = {
      ...held,
      benchmarkWeight: ofBenchmark,
      benchmarkReturn: benchmark.segment?.returns[at] ?? null,
    };
    const ofDay =
      currency === 'merged'
        ? dayEffects(segment, total)
        : effectsApart(segment, total, {
            ...held.currency,
            benchmarkReturn: benchmark.segment?.currencyReturns[at] ?? null,
            benchmarkTotal: benchmarkCurrency,
          });
    effects = addEffects(effects, rounded(scaleEffects(ofDay, factor)));
  }
  return { effects, weight, benchmarkWeight };
}

const NOT_HELD = {
  weight: ZERO,
  contribution: ZERO,
  ownReturn: null,
  currency: { contribution: ZERO, ownReturn: null },
};

function partOf(
  { row, external, currencyGain }: PortfolioSegmentDay,
  capital: Decimal,
  options: ReturnOptions,
) {
  const outside = timedFlows({ ...row, bodCashflow: external.bod, eodCashflow: external.eod }, options);
  const flows = add(row.bodCashflow, row.eodCashflow);
  const change = subtract(row.eodMarketValue, row.bodMarketValue);
  const gain = add(subtract(change, flows), addedBack(row, options));
  const own = dayReturn(row, options);
  return {
    weight: divide(add(row.bodMarketValue, outside.begin), capital, PLACES),
    contribution: divide(gain, capital, PLACES),
    ownReturn: own.kind === 'return' ? subtract(divide(own.result, own.capital, PLACES), ONE) : null,
    currency: {
      contribution: divide(currencyGain, capital, PLACES),
      ownReturn: own.kind === 'return' ? divide(currencyGain, own.capital, PLACES) : null,
    },
  };
}

function rounded({ allocation, selection, interaction, currency }: Effects): Effects {
  return {
    allocation: round(allocation, PLACES),
    selection: round(selection, PLACES),
    interaction: round(interaction, PLACES),
    currency: round(currency, PLACES),
  };
}

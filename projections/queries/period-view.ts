/** The returns of a period as replies show them. */
import { isoDate } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { Quality } from '../../domain/returns/model.ts';
import type { PeriodPerformance } from '../../domain/returns/performance.ts';
import type { BenchmarkView } from './benchmark-view.ts';
import type { RelativeView, RiskView } from './risk-view.ts';

/** Something to know about a period's figures: a flag on them, or the reason why one is null. */
export interface RemarkView {
  readonly figure?: string;
  readonly code: string;
  readonly message: string;
  readonly date?: string;
}

/** Returns and rates are fractions, money is in the currency asked for. */
export interface PeriodView {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly twr: string | null;
  readonly twr_annualized: string | null;
  readonly mwr: string | null;
  readonly mwr_holding_period: string | null;
  readonly mwr_rates: readonly string[];
  readonly modified_dietz: string | null;
  readonly begin_market_value: string | null;
  readonly end_market_value: string | null;
  readonly inflows: string | null;
  readonly outflows: string | null;
  readonly income: string | null;
  readonly fees: string | null;
  readonly taxes: string | null;
  readonly gain: string | null;
  readonly quality: Quality;
  readonly flags: readonly RemarkView[];
  readonly reasons: readonly RemarkView[];
  readonly risk?: RiskView;
  /** The risk beside the benchmark's, and the benchmark's own return; only with a benchmark. */
  readonly relative?: RelativeView;
  readonly benchmark?: BenchmarkView;
}

export function periodView(period: PeriodPerformance): PeriodView {
  return {
    period: period.period,
    from: isoDate(period.from),
    to: isoDate(period.to),
    days: period.days,
    twr: formatFraction(period.twr),
    twr_annualized: formatFraction(period.twrAnnualized),
    mwr: formatFraction(period.mwr),
    mwr_holding_period: formatFraction(period.mwrHoldingPeriod),
    mwr_rates: period.mwrRates.map((rate) => formatFraction(rate)),
    modified_dietz: formatFraction(period.modifiedDietz),
    begin_market_value: money(period.beginMarketValue),
    end_market_value: money(period.endMarketValue),
    inflows: money(period.inflows),
    outflows: money(period.outflows),
    income: money(period.income),
    fees: money(period.fees),
    taxes: money(period.taxes),
    gain: money(period.gain),
    quality: period.quality,
    flags: period.flags.map(remarkView),
    reasons: period.reasons.map(remarkView),
  };
}

function money(value: Decimal | null): string | null {
  return value === null ? null : formatMoney(value);
}

export function remarkView(remark: {
  readonly figure?: string;
  readonly code: string;
  readonly message: string;
  readonly day?: number;
}): RemarkView {
  return {
    ...(remark.figure === undefined ? {} : { figure: remark.figure }),
    code: remark.code,
    message: remark.message,
    ...(remark.day === undefined ? {} : { date: isoDate(remark.day) }),
  };
}

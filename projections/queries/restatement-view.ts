/** A restatement in the shapes of its reply. */
import { isoDate } from '../../domain/dates.ts';
import type { Instant } from '../../domain/dates.ts';
import { format, formatMoney } from '../../domain/decimal.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { Amounts, ChangedDay, DAY_AMOUNTS, Impact } from '../../domain/returns/restatement.ts';
import { remarkView } from './period-view.ts';
import type { RemarkView } from './period-view.ts';

/** What is compared of a portfolio's day. */
export type ComparedName = (typeof DAY_AMOUNTS)[number] | 'cost' | 'realizedGain';

export type AmountsView = Readonly<Record<AmountName, string>>;
export type AmountName =
  | 'bod_market_value'
  | 'bod_cashflow'
  | 'eod_cashflow'
  | 'eod_market_value'
  | 'income'
  | 'fees'
  | 'taxes'
  | 'cost'
  | 'realized_gain';

/** A position whose day differs; amounts in base currency, `realized_gain` being the sum so far. */
export interface ChangedPositionView {
  readonly security_id: string;
  readonly quantity_before: string | null;
  readonly quantity_after: string | null;
  readonly cost_basis_before: string | null;
  readonly cost_basis_after: string | null;
  readonly market_value_before: string | null;
  readonly market_value_after: string | null;
  readonly realized_gain_before: string | null;
  readonly realized_gain_after: string | null;
}

/** A side is `null` where the day had no row. */
export interface ChangedDayView {
  readonly date: string;
  readonly before: AmountsView | null;
  readonly after: AmountsView | null;
  readonly delta: AmountsView | null;
  /** Positions in the log of the events that changed it, ascending; or what stands for these in `causes`. */
  readonly causes: readonly number[];
  /** Where they were asked for. */
  readonly positions?: readonly ChangedPositionView[];
}

export interface ImpactView {
  readonly period: string;
  readonly twr_before: string | null;
  readonly twr_after: string | null;
  readonly basis_points: string | null;
  readonly material: boolean;
  readonly reasons_before: readonly RemarkView[];
  readonly reasons_after: readonly RemarkView[];
}

/** An event that changed published figures. */
export interface CauseView {
  /** In the log; where that may not be told, a number that orders the causes of one report. */
  readonly position: number;
  readonly recorded_at: Instant;
  /** As the audit of epochs has it: `transaction`, `price`, … */
  readonly cause: string;
  /** The event's type; `null` where an operator's order made the epoch and no event did. */
  readonly type: string | null;
  /** `null` for what concerns no single security. */
  readonly security_id: string | null;
  /** The first day it could change. */
  readonly from_date: string;
  readonly transaction_id?: string;
}

export interface RestatementReport {
  readonly portfolio_id: string;
  readonly currency: string;
  readonly complete_through: string | null;
  /** Epochs of the portfolio, or log positions, `null` where these may not be told. */
  readonly compared: {
    readonly by: 'epoch' | 'position';
    readonly from: number | null;
    readonly to: number | null;
  };
  readonly materiality_basis_points: string;
  /** The oldest ones first. */
  readonly causes: readonly CauseView[];
  /** How many more there are. */
  readonly more_causes: number;
  readonly days: readonly ChangedDayView[];
  readonly impact: readonly ImpactView[];
}

function amountsView(amounts: Amounts<ComparedName>): AmountsView {
  return {
    bod_market_value: formatMoney(amounts.bodMarketValue),
    bod_cashflow: formatMoney(amounts.bodCashflow),
    eod_cashflow: formatMoney(amounts.eodCashflow),
    eod_market_value: formatMoney(amounts.eodMarketValue),
    income: formatMoney(amounts.income),
    fees: formatMoney(amounts.fees),
    taxes: formatMoney(amounts.taxes),
    cost: formatMoney(amounts.cost),
    realized_gain: formatMoney(amounts.realizedGain),
  };
}

export function changedDayView(
  changed: ChangedDay<ComparedName>,
  causes: readonly number[],
  positions: readonly ChangedPositionView[] | undefined,
): ChangedDayView {
  return {
    date: isoDate(changed.day),
    before: changed.before && amountsView(changed.before),
    after: changed.after && amountsView(changed.after),
    delta: changed.delta && amountsView(changed.delta),
    causes,
    ...(positions === undefined ? {} : { positions }),
  };
}

export function impactView(impact: Impact): ImpactView {
  return {
    period: impact.period,
    twr_before: formatFraction(impact.twrBefore),
    twr_after: formatFraction(impact.twrAfter),
    basis_points: impact.basisPoints && format(impact.basisPoints),
    material: impact.material,
    reasons_before: impact.reasonsBefore.map(remarkView),
    reasons_after: impact.reasonsAfter.map(remarkView),
  };
}

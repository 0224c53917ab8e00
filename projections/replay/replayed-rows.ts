/** What a replay yields, in the shapes and texts of the readers' tables. */
import { contribution, isEstimated } from '../../domain/books/aggregate.ts';
import type { DayRow, Effect, KeyDetails, PortfolioDay } from '../../domain/books/model.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, format, isZero, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type {
  BlockReason,
  CashflowRow,
  HistoryRow,
  PortfolioDayRow,
  PositionDayRow,
  PositionFigureRow,
  RealizedGainRow,
  SnapshotRow,
} from '../queries/rows.ts';
import type { TransactionRecord } from '../register/model.ts';

/** A replay knows one version of history: the one known at its position. */
export const REPLAYED_EPOCH = 0;

function text(value: Decimal | null): string | null {
  return value === null ? null : format(value);
}

export function historyRow(effect: Effect): HistoryRow {
  const { after } = effect;
  return {
    transaction_id: effect.transactionId,
    transaction_date: effect.at,
    rank: effect.rank,
    transaction_type: effect.transactionType,
    quantity: format(after.quantity),
    cost_basis: text(after.costBase),
    cost_basis_local: format(after.cost),
    realized_gain: text(effect.realized),
    realized_gain_local: format(effect.realizedLocal),
    realized_price_gain: text(effect.realizedPrice),
    realized_fx_gain: text(effect.realizedFx),
    epoch: REPLAYED_EPOCH,
  };
}

export function snapshotRow({ securityId, currency }: KeyDetails, row: DayRow): SnapshotRow {
  return {
    security_id: securityId,
    currency,
    quantity: format(row.quantity),
    cost_basis: text(row.costBase),
    cost_basis_local: format(row.cost),
    market_price: text(row.price),
    price_date: row.priceDay === null ? null : isoDate(row.priceDay),
    market_value: text(row.eodMarketValueBase),
    market_value_local: text(row.eodMarketValue),
    realized_gain: text(row.realized),
    realized_gain_local: format(row.realizedLocal),
    realized_price_gain: text(row.realizedPrice),
    realized_fx_gain: text(row.realizedFx),
    valuation_status: row.status,
    epoch: REPLAYED_EPOCH,
  };
}

export function positionDayRow(row: DayRow): PositionDayRow {
  return {
    date: isoDate(row.day),
    bod_market_value: text(row.bodMarketValue),
    bod_cashflow_position: text(row.bodFlow),
    eod_cashflow_position: text(row.eodFlow),
    bod_cashflow_portfolio: text(row.bodExternal),
    eod_cashflow_portfolio: text(row.eodExternal),
    eod_market_value: text(row.eodMarketValue),
    income: format(row.income),
    fees: format(row.fees),
    taxes: format(row.taxes),
    quantity: format(row.quantity),
    cost: format(row.cost),
    bod_fx_rate: text(row.bodFxRate),
    fx_rate: text(row.fxRate),
    valuation_status: row.status,
    estimated: isEstimated(row),
    epoch: REPLAYED_EPOCH,
  };
}

export function positionFigureRow({ securityId }: KeyDetails, row: DayRow): PositionFigureRow {
  return {
    security_id: securityId,
    date: isoDate(row.day),
    quantity: format(row.quantity),
    cost_basis: text(row.costBase),
    market_value: text(row.eodMarketValueBase),
    realized_gain: text(row.realized),
    bod_market_value: text(row.bodMarketValueBase),
    bod_cashflow: text(row.bodExternalBase),
    eod_cashflow: text(row.eodExternalBase),
    bod_cashflow_position: text(row.bodFlow),
    eod_cashflow_position: text(row.eodFlow),
    income: text(row.incomeBase),
    fees: text(row.feesBase),
    taxes: text(row.taxesBase),
    fx_rate: text(row.fxRate),
  };
}

/** What the keys' transactions realised, summed by day. */
export function realizedGains(
  keys: Iterable<{ readonly history: readonly HistoryRow[] }>,
  records: readonly TransactionRecord[],
): RealizedGainRow[] {
  const dayOf = new Map(records.map(({ fields, day }) => [fields.transaction_id, day]));
  const days = new Map<Day, Decimal>();
  for (const { history } of keys)
    for (const { realized_gain: gain, transaction_id: id } of history) {
      const day = dayOf.get(id);
      if (gain === null || gain === '0' || day === undefined) continue;
      days.set(day, add(days.get(day) ?? ZERO, decimal(gain)));
    }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([day, gain]) => ({ date: isoDate(day), realized_gain: format(gain) }));
}

export function portfolioDayRow(day: Day, row: PortfolioDay): PortfolioDayRow {
  return {
    date: isoDate(day),
    bod_market_value: format(row.bodMarketValue),
    bod_cashflow: format(row.bodCashflow),
    eod_cashflow: format(row.eodCashflow),
    eod_market_value: format(row.eodMarketValue),
    income: format(row.income),
    fees: format(row.fees),
    taxes: format(row.taxes),
    cost: format(row.cost),
    positions: row.positions,
    estimated_positions: row.estimatedPositions,
    epoch: REPLAYED_EPOCH,
  };
}

/** Whether anything flowed; a flow that is not known yet is a flow. */
export function hasFlow(row: DayRow): boolean {
  const flows = [row.bodFlow, row.eodFlow, row.income, row.fees, row.taxes];
  return flows.some((flow) => flow === null || !isZero(flow));
}

export function cashflowRow({ securityId, currency }: KeyDetails, row: DayRow): CashflowRow {
  return {
    date: isoDate(row.day),
    security_id: securityId,
    currency,
    bod_cashflow_position: text(row.bodFlow),
    eod_cashflow_position: text(row.eodFlow),
    bod_cashflow_portfolio: text(row.bodExternal),
    eod_cashflow_portfolio: text(row.eodExternal),
    income: format(row.income),
    fees: format(row.fees),
    taxes: format(row.taxes),
    fx_rate: text(row.fxRate),
    epoch: REPLAYED_EPOCH,
  };
}

/** Why a row keeps its portfolio's day from being added up; `undefined` when it does not. */
export function blockReason(row: DayRow): BlockReason | undefined {
  if (contribution(row) !== null) return undefined;
  if (row.status === 'UNVALUED') return 'unvalued';
  return row.fxRate === null || row.eodMarketValueBase === null ? 'missing_fx_rate' : 'unvalued_flow';
}

/**
 * The canonical text of rows: what is copied into the tables, hashed into checksums and compared to
 * decide whether a row changed. Columns stand in the order of the tables, tab-separated, as `COPY`
 * wants them; equal contents have equal texts because decimals print canonically.
 */
import { decimal, format } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import type { DayRow, Effect, PortfolioDay } from '../../domain/books/model.ts';

export const NULL = '\\N';

function text(value: Decimal | null): string {
  return value === null ? NULL : format(value);
}

/** Escapes what `COPY`'s text format treats specially. */
export function escape(value: string): string {
  return /[\\\t\n\r]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
    : value;
}

/** The value columns of `position_timeseries`. Joined at once: a text built up in steps costs twice as much. */
export function seriesText(row: DayRow, estimated: boolean): string {
  return [
    text(row.bodMarketValue),
    text(row.bodFlow),
    text(row.eodFlow),
    text(row.bodExternal),
    text(row.eodExternal),
    text(row.eodMarketValue),
    format(row.income),
    format(row.fees),
    format(row.taxes),
    format(row.quantity),
    format(row.cost),
    text(row.bodFxRate),
    text(row.fxRate),
    row.status,
    text(row.bodMarketValueBase),
    text(row.bodExternalBase),
    text(row.eodExternalBase),
    text(row.eodMarketValueBase),
    text(row.incomeBase),
    text(row.feesBase),
    text(row.taxesBase),
    text(row.costBase),
    row.active ? 'true' : 'false',
    estimated ? 'true' : 'false',
  ].join('\t');
}

/** The value columns of `daily_position_snapshots`. */
export function snapshotText(row: DayRow): string {
  return [
    format(row.quantity),
    text(row.costBase),
    format(row.cost),
    text(row.price),
    row.priceDay === null ? NULL : isoDate(row.priceDay),
    text(row.eodMarketValueBase),
    text(row.eodMarketValue),
    text(row.realized),
    format(row.realizedLocal),
    text(row.realizedPrice),
    text(row.realizedFx),
    row.status,
  ].join('\t');
}

/** The value columns of `position_history`. */
export function historyText(effect: Effect): string {
  const { after } = effect;
  return (
    `${effect.at}\t${effect.rank}\t${escape(effect.transactionId)}\t${effect.day}\t${effect.transactionType}\t` +
    `${format(after.quantity)}\t${text(after.costBase)}\t${format(after.cost)}\t${text(effect.realized)}\t` +
    `${format(effect.realizedLocal)}\t${text(effect.realizedPrice)}\t${text(effect.realizedFx)}`
  );
}

/** The value columns of `portfolio_timeseries`. */
export function portfolioText(row: PortfolioDay): string {
  return (
    `${format(row.bodMarketValue)}\t${format(row.bodCashflow)}\t${format(row.eodCashflow)}\t` +
    `${format(row.eodMarketValue)}\t${format(row.income)}\t${format(row.fees)}\t${format(row.taxes)}\t` +
    `${format(row.cost)}\t${row.positions}\t${row.estimatedPositions}`
  );
}

export function parsePortfolioText(line: string): PortfolioDay {
  const [bod, bodFlow, eodFlow, eod, income, fees, taxes, cost, positions, estimated] = line.split('\t');
  return {
    bodMarketValue: decimal(bod!),
    bodCashflow: decimal(bodFlow!),
    eodCashflow: decimal(eodFlow!),
    eodMarketValue: decimal(eod!),
    income: decimal(income!),
    fees: decimal(fees!),
    taxes: decimal(taxes!),
    cost: decimal(cost!),
    positions: Number(positions),
    estimatedPositions: Number(estimated),
  };
}

/** What a stored position row adds to its portfolio's; null when it cannot be added up. */
export function parseContribution(series: string): PortfolioDay | null {
  const columns = series.split('\t');
  const base = columns.slice(14, 22);
  if (base.includes(NULL)) return null;
  const [bod, bodFlow, eodFlow, eod, income, fees, taxes, cost] = base.map(decimal);
  return {
    bodMarketValue: bod!,
    bodCashflow: bodFlow!,
    eodCashflow: eodFlow!,
    eodMarketValue: eod!,
    income: income!,
    fees: fees!,
    taxes: taxes!,
    cost: cost!,
    positions: columns[22] === 'true' ? 1 : 0,
    estimatedPositions: columns[23] === 'true' ? 1 : 0,
  };
}

/** What the day after a stored row needs to know of it. */
export function parseOpening(series: string) {
  const columns = series.split('\t');
  const at = (index: number) => (columns[index] === NULL ? null : decimal(columns[index]!));
  return { marketValue: at(5), fxRate: at(12), marketValueBase: at(17), active: columns[22] === 'true' };
}

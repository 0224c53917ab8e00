/**
 * The canonical text of rows: what is copied into the tables, hashed into checksums and compared to
 * decide whether a row changed. Columns stand in the order of the tables, tab-separated, as `COPY`
 * wants them; equal contents have equal texts because decimals print canonically.
 */
import { decimal, format, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { isoDate } from '../../domain/dates.ts';
import type { DayRow, Effect, PortfolioDay } from '../../domain/books/model.ts';
import type { Checkpoint } from './model.ts';

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

/** The value of a column before it is printed; a text stands as it is. */
export type Cell = Decimal | string | null;

/** The value columns of `position_timeseries`, into `cells`. */
export function seriesCells(row: DayRow, estimated: boolean, cells: Cell[]): void {
  cells[0] = row.bodMarketValue;
  cells[1] = row.bodFlow;
  cells[2] = row.eodFlow;
  cells[3] = row.bodExternal;
  cells[4] = row.eodExternal;
  cells[5] = row.eodMarketValue;
  cells[6] = row.income;
  cells[7] = row.fees;
  cells[8] = row.taxes;
  cells[9] = row.quantity;
  cells[10] = row.cost;
  cells[11] = row.bodFxRate;
  cells[12] = row.fxRate;
  cells[13] = row.status;
  cells[14] = row.bodMarketValueBase;
  cells[15] = row.bodExternalBase;
  cells[16] = row.eodExternalBase;
  cells[17] = row.eodMarketValueBase;
  cells[18] = row.incomeBase;
  cells[19] = row.feesBase;
  cells[20] = row.taxesBase;
  cells[21] = row.costBase;
  cells[22] = row.active ? 'true' : 'false';
  cells[23] = estimated ? 'true' : 'false';
}

/** The value columns of `daily_position_snapshots`, into `cells`. */
export function snapshotCells(row: DayRow, cells: Cell[]): void {
  cells[0] = row.quantity;
  cells[1] = row.costBase;
  cells[2] = row.cost;
  cells[3] = row.price;
  cells[4] = row.priceDay === null ? null : isoDate(row.priceDay);
  cells[5] = row.eodMarketValueBase;
  cells[6] = row.eodMarketValue;
  cells[7] = row.realized;
  cells[8] = row.realizedLocal;
  cells[9] = row.realizedPrice;
  cells[10] = row.realizedFx;
  cells[11] = row.status;
}

const seriesRow: Cell[] = [];
const snapshotRow: Cell[] = [];

export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : text(cell);
}

/** The value columns of `position_timeseries`. Joined at once: a text built up in steps costs twice as much. */
export function seriesText(row: DayRow, estimated: boolean): string {
  seriesCells(row, estimated, seriesRow);
  return seriesRow.map(cellText).join('\t');
}

/** The value columns of `daily_position_snapshots`. */
export function snapshotText(row: DayRow): string {
  snapshotCells(row, snapshotRow);
  return snapshotRow.map(cellText).join('\t');
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

/** The columns of `fold_checkpoints`, but for the fold's version. */
export function checkpointText(c: Checkpoint): string {
  return (
    `${c.portfolioNo}\t${c.securityNo}\t${c.at}\t${c.rank}\t${escape(c.transactionId)}\t${c.day}\t${c.seq}\t` +
    escape(String(c.state))
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

// The texts last read of each column, with their values: a day repeats most of the values of the day before.
const readTexts: string[] = [];
const readValues: Decimal[] = [];

function read(text: string, column: number): Decimal {
  if (text === '0') return ZERO;
  if (readTexts[column] === text) return readValues[column]!;
  const value = decimal(text);
  readTexts[column] = text;
  readValues[column] = value;
  return value;
}

export function parsePortfolioText(line: string): PortfolioDay {
  const columns = line.split('\t');
  return { ...amounts(columns), positions: Number(columns[8]), estimatedPositions: Number(columns[9]) };
}

function amounts(columns: readonly string[]): Omit<PortfolioDay, 'positions' | 'estimatedPositions'> {
  return {
    bodMarketValue: read(columns[0]!, 0),
    bodCashflow: read(columns[1]!, 1),
    eodCashflow: read(columns[2]!, 2),
    eodMarketValue: read(columns[3]!, 3),
    income: read(columns[4]!, 4),
    fees: read(columns[5]!, 5),
    taxes: read(columns[6]!, 6),
    cost: read(columns[7]!, 7),
  };
}

/** Of the columns of a position's row the portfolio's begin here: eight amounts and two marks. */
const CONTRIBUTION = 14;

/** What a stored position row adds to its portfolio's; null when it cannot be added up. */
export function parseContribution(series: string): PortfolioDay | null {
  let start = 0;
  for (let column = 0; column < CONTRIBUTION; column++) start = series.indexOf('\t', start) + 1;
  const columns = series.slice(start).split('\t');
  for (let column = 0; column < 8; column++) if (columns[column] === NULL) return null;
  return {
    ...amounts(columns),
    positions: columns[8] === 'true' ? 1 : 0,
    estimatedPositions: columns[9] === 'true' ? 1 : 0,
  };
}

/** What the day after a stored row needs to know of it. */
export function parseOpening(series: string) {
  const columns = series.split('\t');
  const at = (index: number) => (columns[index] === NULL ? null : decimal(columns[index]!));
  return { marketValue: at(5), fxRate: at(12), marketValueBase: at(17), active: columns[22] === 'true' };
}

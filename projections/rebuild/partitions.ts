/** Cuts a generation into pieces that are folded and committed each by itself. Pure. */
import type { PortfolioToFold } from './store.ts';

/** Day rows of a partition: enough that opening and committing it costs nothing, few enough to lose one gladly. */
const ROWS = 60_000;
/** Portfolios of a partition: their transactions are in memory together. */
const PORTFOLIOS = 200;

export function partitionsOf(portfolios: readonly PortfolioToFold[]): number[][] {
  const partitions: number[][] = [];
  let current: number[] = [];
  let rows = 0;
  for (const portfolio of portfolios) {
    if (current.length > 0 && (rows + portfolio.rows > ROWS || current.length >= PORTFOLIOS)) {
      partitions.push(current);
      current = [];
      rows = 0;
    }
    current.push(portfolio.portfolioNo);
    rows += portfolio.rows;
  }
  if (current.length > 0) partitions.push(current);
  return partitions;
}

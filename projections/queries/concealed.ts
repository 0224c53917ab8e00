/**
 * What is not told to those who may not know of all portfolios: numbers that count what happens in any of
 * them, such as positions of the log, and who works on the books.
 */
import type { ReadContext } from './reading.ts';
import type { RestatementReport } from './restatement-view.ts';

type Limits = Pick<ReadContext, 'portfolios'>;

export function isLimited({ portfolios }: Limits): boolean {
  return portfolios !== undefined;
}

/** Whether a portfolio is as if it were not there. */
export function isHidden({ portfolios }: Limits, portfolioId: string): boolean {
  return portfolios !== undefined && !portfolios.has(portfolioId);
}

/** A position of the log where it may be told. */
export function shownPosition(context: Limits, position: number): number | null {
  return isLimited(context) ? null : position;
}

/** A report with numbers in place of positions that keep their order and what they refer to. */
export function shownRestatement(context: Limits, report: RestatementReport): RestatementReport {
  if (!isLimited(context)) return report;
  const ranks = ranksOf([
    ...report.causes.map(({ position }) => position),
    ...report.days.flatMap(({ causes }) => causes),
  ]);
  const rankOf = (position: number): number => ranks.get(position) ?? 0;
  const { compared } = report;
  return {
    ...report,
    compared: compared.by === 'epoch' ? compared : { ...compared, from: null, to: null },
    causes: report.causes.map((cause) => ({ ...cause, position: rankOf(cause.position) })),
    days: report.days.map((day) => ({ ...day, causes: day.causes.map(rankOf) })),
  };
}

/** 1 is the lowest. */
function ranksOf(positions: readonly number[]): ReadonlyMap<number, number> {
  const ascending = [...new Set(positions)].sort((one, other) => one - other);
  return new Map(ascending.map((position, index) => [position, index + 1]));
}

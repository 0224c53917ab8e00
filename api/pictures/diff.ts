/** The picture of a portfolio in two generations. */
import { day } from '../../domain/dates.ts';
import type { ComparedDays } from '../../projections/diff/portfolio.ts';
import type { DiffReport } from '../../projections/diff/report.ts';
import { drawComparison } from './comparison.ts';
import { impactText } from './restatement.ts';

/** @returns SVG */
export function drawDiff(
  portfolioId: string,
  report: DiffReport,
  days: ComparedDays | undefined,
): Promise<string> {
  const [change] = report.changed;
  const { first = null, last = null, count = 0 } = change?.days ?? {};
  const name = ({ slot, position }: DiffReport['before']) => `${slot ?? 'replay'} (position ${position})`;
  return drawComparison({
    title: `${portfolioId} in two generations`,
    subtitle:
      change === undefined || first === null || last === null
        ? 'No published figure differs.'
        : [
            `${count} ${count === 1 ? 'day' : 'days'} differ, ${first} to ${last}`,
            ...impactText(change.impact),
          ].join('; '),
    currency: null,
    names: { before: name(report.before), after: name(report.after) },
    before: days?.before ?? [],
    after: days?.after ?? [],
    firstChanged: first === null ? undefined : day(first),
    events: [],
    moreEvents: 0,
  });
}

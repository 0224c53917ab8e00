/** The picture of a restatement. */
import { day } from '../../domain/dates.ts';
import type { Restated } from '../../projections/queries/restatements.ts';
import type { CauseView, RestatementReport } from '../../projections/queries/restatement-view.ts';
import { drawComparison } from './comparison.ts';
import type { ComparisonPicture } from './comparison.ts';

/** @returns SVG */
export function drawRestatement(restated: Restated): Promise<string> {
  return drawComparison(restatementPicture(restated));
}

export function restatementPicture({ report, histories }: Restated): ComparisonPicture {
  const { from, to } = report.compared;
  const unit = report.compared.by === 'epoch' ? 'epoch' : 'known at';
  const side = (name: string, at: number | null) => (at === null ? name : `${name} (${unit} ${at})`);
  const first = report.days[0]?.date;
  return {
    title: `${report.portfolio_id}, restated`,
    subtitle: subtitleOf(report),
    currency: report.currency,
    names: { before: side('before', from), after: side('after', to) },
    before: histories.before,
    after: histories.after,
    firstChanged: first === undefined ? undefined : day(first),
    events: report.causes.map((cause) => ({ day: day(cause.from_date), text: eventText(cause) })),
    moreEvents: report.more_causes,
  };
}

function subtitleOf({ days, impact }: RestatementReport): string {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return 'No difference.';
  const changed = `${days.length} ${days.length === 1 ? 'day' : 'days'} changed, ${first.date} to ${last.date}`;
  return [changed, ...impactText(impact)].join('; ');
}

/** Since inception, or the first period that has a figure on both sides. */
export function impactText(impact: RestatementReport['impact']): string[] {
  const stated = impact.filter((row) => row.basis_points !== null);
  const row = stated.find(({ period }) => period === 'SI') ?? stated.at(-1);
  if (!row) return [];
  const points = Number(row.basis_points);
  const name = row.period === 'SI' ? 'since inception' : row.period;
  return [`return ${name} ${points > 0 ? '+' : points < 0 ? '−' : ''}${Math.abs(points).toFixed(2)} bp`];
}

/** Such as `transaction T5, SEC_AAPL (event 1234, recorded 2025-08-19)`. */
function eventText(cause: CauseView): string {
  const what = [cause.transaction_id, cause.security_id].filter((part) => (part ?? null) !== null).join(', ');
  const name = cause.cause.replaceAll('_', ' ');
  const recorded = cause.recorded_at.slice(0, 10);
  return `${name}${what === '' ? '' : ` ${what}`} (event ${cause.position}, recorded ${recorded})`;
}

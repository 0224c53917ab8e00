/** Rebuilds for people. */
import type { DiffReport } from '../../projections/diff/report.ts';
import { outlookOf } from '../../projections/rebuild/outlook.ts';
import type { RebuildReport, RebuildRun } from '../../projections/rebuild/runs.ts';
import { basisPoints, count, counted, figure, seconds } from './format.ts';
import { table } from './table.ts';

/** What of the books a rebuild is about. */
export function scopeText({ scope }: Pick<RebuildRun, 'scope'>): string {
  const { all, portfolioId, securityId, from, knownAt } = scope;
  const parts = [
    ...(all ? ['everything'] : []),
    ...(portfolioId === undefined ? [] : [portfolioId]),
    ...(securityId === undefined ? [] : [securityId]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(knownAt === undefined ? [] : [`as known at ${count(knownAt)}`]),
  ];
  return parts.join(' ');
}

/** `2025-08-15 10:00:00` of an instant. */
export function momentText(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}

function stateText(run: RebuildRun): string {
  if (run.interrupted) return 'interrupted';
  if (run.status === 'running' && run.cancelRequested) return 'being cancelled';
  return run.status.replace('_', ' ');
}

/** One line for each. */
export function rebuildsTable(runs: readonly RebuildRun[]): string {
  return table(
    [
      { title: 'rebuild' },
      { title: 'scope' },
      { title: 'status' },
      { title: 'phase' },
      { title: 'done', align: 'right' },
      { title: 'rows', align: 'right' },
      { title: 'took', align: 'right' },
      { title: 'started' },
      { title: 'who' },
    ],
    runs.map((run) => [
      run.rebuildId.slice(0, 8),
      scopeText(run),
      stateText(run),
      run.phase,
      `${Math.floor(outlookOf(run).progress * 100)} %`,
      count(run.rowsWritten),
      seconds(run.seconds),
      momentText(run.startedAt),
      run.who,
    ]),
  );
}

/** What one that is not over, or was not finished, is up to: for `status` and `rebuild --watch`. */
export function rebuildLine(run: RebuildRun): string {
  const { progress, etaSeconds } = outlookOf(run);
  const name = `${run.rebuildId.slice(0, 8)} (${scopeText(run)}, ${run.who}, since ${momentText(run.startedAt)})`;
  if (run.interrupted)
    return `${name} was interrupted in phase ${run.phase}: chronofolio rebuild --all goes on with it`;
  if (run.status === 'awaiting_approval')
    return `${name} waits for approval: chronofolio rebuild --approve, or --cancel`;
  if (run.status !== 'running')
    return `${name} ${stateText(run)}${run.error === null ? '' : `: ${run.error}`}`;
  if (run.cancelRequested) return `${name} is being cancelled: it stops at its next step`;
  const left = etaSeconds === null ? '' : `, ${seconds(etaSeconds)} left`;
  return `${name}: ${run.phase}, ${Math.floor(progress * 100)} %${left}`;
}

/** What readers would see change. */
export function changesText(changed: NonNullable<RebuildReport['changed']>): string {
  if (changed.portfolios === 0) return 'No published figure changes.';
  const largest =
    changed.maxImpactBps === null
      ? 'A return appears or vanishes.'
      : `The largest impact on a return is ${figure(changed.maxImpactBps)} basis points.`;
  const head = `Published figures of ${counted(changed.portfolios, 'portfolio')} change on ${counted(changed.days, 'day')}. ${largest}`;
  if (changed.worst.length === 0) return head;
  return [
    head,
    '',
    table(
      [{ title: 'portfolio' }, { title: 'period' }, { title: 'basis points', align: 'right' }],
      changed.worst.map((row) => [row.portfolio_id, row.period, basisPoints(row.basis_points)]),
    ),
  ].join('\n');
}

/** What a dry run found. */
export function dryRunText(report: DiffReport): string {
  const waiting =
    report.unsettled.length === 0
      ? []
      : ['', `Left out, because work on them is waiting: ${report.unsettled.join(', ')}.`];
  const compared = `${counted(report.compared.keys, 'key')} of ${counted(report.compared.portfolios, 'portfolio')} compared; nothing was written.`;
  if (report.portfolios === 0)
    return [`No published figure would change. ${compared}`, ...waiting].join('\n');
  const { count: days, first, last } = report.days;
  const largest =
    report.max_impact_basis_points === null
      ? 'A return would appear or vanish.'
      : `The largest impact on a return would be ${figure(report.max_impact_basis_points)} basis points; ${counted(report.material_portfolios, 'portfolio')} at or above ${report.materiality_basis_points}.`;
  return [
    `Published figures of ${counted(report.portfolios, 'portfolio')} would change on ${counted(days, 'day')}, ${first ?? ''} to ${last ?? ''}. ${largest}`,
    compared,
    '',
    table(
      [
        { title: 'portfolio' },
        { title: 'keys', align: 'right' },
        { title: 'days', align: 'right' },
        { title: 'from' },
        { title: 'through' },
        { title: 'largest impact, bp', align: 'right' },
        { title: 'material' },
      ],
      report.changed.map((change) => [
        change.portfolio_id,
        count(change.keys.added + change.keys.changed + change.keys.removed),
        count(change.days.count),
        change.days.first ?? '',
        change.days.last ?? '',
        figure(change.max_impact_basis_points),
        change.material ? 'yes' : '',
      ]),
    ),
    ...waiting,
  ].join('\n');
}

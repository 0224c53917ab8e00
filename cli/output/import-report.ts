/** What an import did, and what was wrong with its rows. */
import type { ImportProblem, ImportReport } from '../../commands/import/types.ts';
import { count, counted } from './format.ts';
import { table } from './table.ts';

const MOST_SHOWN = 200;

/** One line for each problem: `file:line column rule: message`. */
export function problemsText(problems: readonly ImportProblem[], total: number): string {
  const shown = problems
    .slice(0, MOST_SHOWN)
    .map(({ file, line, column, rule, message }) =>
      [`${file}:${line}`, column, `${rule}:`, message].filter((part) => part !== '').join(' '),
    );
  const rest = total - shown.length;
  return [...shown, ...(rest > 0 ? [`… and ${counted(rest, 'more', 'more')}`] : [])].join('\n');
}

/** The counts by kind, and whether it was written. */
export function importText(report: ImportReport): string {
  if (!report.committed)
    return `${counted(report.problemCount, 'problem')}: nothing was imported. Mend the rows, or import the good ones with --skip-invalid.`;
  const counts = Object.entries(report.counts);
  const drawn = table(
    [
      { title: 'kind' },
      { title: 'rows', align: 'right' },
      { title: 'new', align: 'right' },
      { title: 'known already', align: 'right' },
    ],
    counts.map(([kind, { rows, accepted, duplicates }]) => [
      kind,
      count(rows),
      count(accepted),
      count(duplicates),
    ]),
  );
  const skipped = report.problemCount > 0 ? `; ${counted(report.problemCount, 'problem')} left out` : '';
  return [
    ...(counts.length > 0 ? [drawn, ''] : []),
    `${counted(report.eventsAppended, 'event')} appended, the log is at position ${count(report.position)}${skipped}.`,
  ].join('\n');
}

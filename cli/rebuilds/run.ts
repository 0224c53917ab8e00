/** Ordering a rebuild from the command line, and what follows from how it ends. */
import { decimal } from '../../domain/decimal.ts';
import type { Progress } from '../../projections/projector.ts';
import { wholeDone } from '../../projections/rebuild/outlook.ts';
import type { RebuildResult } from '../../projections/rebuild/rebuild.ts';
import type { Approval, RebuildScope } from '../../projections/rebuild/runs.ts';
import type { Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { count, counted, seconds } from '../output/format.ts';
import { changesText, dryRunText } from '../output/rebuild.ts';

export interface RunOrder {
  readonly scope: RebuildScope;
  readonly approval: Approval;
  readonly who: string;
  readonly retainHours?: number;
}

export async function dryRunNow(
  { app, config, progress, result }: Session,
  scope: RebuildScope,
): Promise<void> {
  const materiality = decimal(config.projection.materialityBps);
  await app.projections.catchUp(progress.show);
  const report = await app.projections.dryRun(scope, materiality, progress.show);
  progress.stop();
  result({ dry_run: true, ...report }, () => dryRunText(report));
}

export async function rebuildNow(session: Session, order: RunOrder): Promise<ExitCode> {
  const { app, progress, stop, terminal } = session;
  const { scope, approval, who, retainHours } = order;
  const retained = retainHours === undefined ? {} : { retainHours };
  if (scope.all)
    stop.addEventListener('abort', () =>
      terminal.note(
        'interrupted; readers see what they saw. "chronofolio rebuild --all" goes on with it, "rebuild --cancel" drops it',
      ),
    );
  const done = await app.projections.rebuild(scope, whole(scope, progress.show), {
    approval,
    who,
    ...retained,
  });
  progress.stop();
  return conclude(session, done, scope, { who, ...retained });
}

export async function approveNow(
  session: Session,
  rebuildId: string | undefined,
  options: { readonly who: string; readonly retainHours?: number },
): Promise<ExitCode> {
  const done = await session.app.projections.approve(
    rebuildId,
    options,
    whole({ all: true }, session.progress.show),
  );
  session.progress.stop();
  return tell(session, done, { all: true });
}

/** What waits for approval is asked about where somebody is there to answer. */
async function conclude(
  session: Session,
  done: RebuildResult,
  scope: RebuildScope,
  options: { readonly who: string; readonly retainHours?: number },
): Promise<ExitCode> {
  const { terminal, stop, json } = session;
  if (done.status === 'completed' || json || terminal.ask === undefined) return tell(session, done, scope);
  if (done.report?.changed) terminal.note(`\n${changesText(done.report.changed)}\n`);
  if (await terminal.ask('Show this to readers?', stop)) return approveNow(session, done.rebuildId, options);
  return tell(session, done, scope);
}

function tell({ result }: Session, done: RebuildResult, scope: RebuildScope): ExitCode {
  result(done, () => resultText(done, scope));
  return done.status === 'completed' ? EXIT.ok : EXIT.approval;
}

function resultText(done: RebuildResult, { all, knownAt }: RebuildScope): string {
  const made = `Rebuilt ${counted(done.keys, 'key')} (${counted(done.rows, 'row')}) in ${seconds(done.seconds)}: ${count(done.rowsPerSecond)} rows/s${done.resumed ? ', an interrupted rebuild included' : ''}.`;
  const changed = done.report?.changed ? [changesText(done.report.changed)] : [];
  if (done.status === 'completed') {
    const shown =
      knownAt === undefined
        ? `Readers see generation ${done.slot}${all ? '; "chronofolio rollback" goes back to the former one' : ''}.`
        : `Generation ${done.slot} holds what was known at position ${count(knownAt)}; readers see what they saw.`;
    return [made, ...changed, shown].join('\n');
  }
  return [
    made,
    ...changed,
    '',
    `Readers do not see it yet: it waits in generation ${done.slot} and is kept level with the log.`,
    `  chronofolio rebuild --approve ${done.rebuildId.slice(0, 8)}   shows it`,
    `  chronofolio rebuild --cancel ${done.rebuildId.slice(0, 8)}    drops it`,
  ].join('\n');
}

/** Adds to each report how far the whole is. */
function whole(
  scope: RebuildScope,
  show: (report: Progress & { whole?: number }) => void,
): (progress: Progress) => void {
  return (progress) =>
    show({
      ...progress,
      whole: wholeDone(scope.all === true, progress.phase, progress.done, progress.total),
    });
}

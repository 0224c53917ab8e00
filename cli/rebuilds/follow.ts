/** Following a rebuild of another process over its record. */
import { setTimeout as after } from 'node:timers/promises';
import type { Operations } from '../../projections/operations.ts';
import { wholeDone } from '../../projections/rebuild/outlook.ts';
import type { RebuildRun } from '../../projections/rebuild/runs.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { badInput } from '../failure.ts';
import type { ProgressDisplay } from '../output/progress.ts';

type Runs = Operations['runs'];

const LOOK_EVERY_MS = 300;
const LISTED = 100;

/**
 * The one that the beginning of an id names; without one that which is under way, else the latest.
 * @throws CliFailure when there is none, or several begin so
 */
export async function namedRun(runs: Runs, id: string | undefined): Promise<RebuildRun> {
  const listed = await runs.list(LISTED);
  if (id === undefined) {
    const found =
      listed.find(({ status }) => status === 'running' || status === 'awaiting_approval') ?? listed[0];
    if (!found) throw badInput('there was no rebuild yet');
    return found;
  }
  const exact = await runs.find(id);
  const alike = exact ? [exact] : listed.filter(({ rebuildId }) => rebuildId.startsWith(id));
  if (alike.length > 1) throw badInput(`several rebuilds begin with ${id}`);
  if (!alike[0]) throw badInput(`there is no rebuild ${id}`);
  return alike[0];
}

/** Shows it until it is over, waits for approval, or nobody is at it any more. */
export async function followRun(
  runs: Runs,
  run: RebuildRun,
  progress: ProgressDisplay,
  stop: AbortSignal,
): Promise<RebuildRun> {
  let seen = run;
  while (seen.status === 'running' && !seen.interrupted && !stop.aborted) {
    progress.show({
      phase: seen.phase,
      done: seen.done,
      total: seen.total,
      ...(seen.phase === 'fold' ? { rows: seen.rowsWritten } : {}),
      whole: wholeDone(seen.scope.all === true, seen.phase, seen.done, seen.total),
    });
    await after(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    seen = (await runs.find(seen.rebuildId)) ?? seen;
  }
  progress.stop();
  return seen;
}

/** What the shell is told of one that was followed. */
export function exitOfRun({ status, interrupted }: RebuildRun): ExitCode {
  if (status === 'awaiting_approval') return EXIT.approval;
  return status === 'completed' || (status === 'running' && !interrupted) ? EXIT.ok : EXIT.failure;
}

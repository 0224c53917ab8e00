/**
 * Rebuild of everything: the log replayed into the idle generation beside the active one, which stays
 * readable and live until one flip. What is done is on record, so that a rebuild that was killed is gone on
 * with where it was.
 */
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { otherSlot } from '../generation.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Progress } from '../projector.ts';
import { build } from './build.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { RebuildCancelled, RebuildRefused } from './outcome.ts';
import type { RebuildDependencies } from './outcome.ts';
import type { Approval, RebuildReport, RebuildRun } from './runs.ts';
import { show } from './show.ts';

export { RebuildCancelled, RebuildRefused } from './outcome.ts';
export type { RebuildDependencies } from './outcome.ts';

export interface RebuildResult {
  readonly rebuildId: string;
  readonly status: 'completed' | 'awaiting_approval';
  readonly slot: Slot;
  readonly keys: number;
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly report: RebuildReport | null;
  /** It went on with one that was interrupted. */
  readonly resumed: boolean;
}

export interface RebuildAllOrder {
  /** Only what was known at this position of the log; such a generation is never shown. */
  readonly knownAt?: number;
  readonly approval: Approval;
  readonly who: string;
  /** How long the former generation is kept level after the flip. */
  readonly retainHours: number;
  readonly onStarted?: (run: RebuildRun) => void;
  /** Go on with this one, and none other. */
  readonly rebuildId?: string;
}

export interface ApprovalOrder {
  readonly who: string;
  readonly retainHours: number;
}

/**
 * Rebuilds everything, or goes on with the rebuild that was interrupted.
 * @throws RebuildBusy while another one is running, RebuildRefused, RebuildCancelled
 */
export async function rebuildAll(
  dependencies: RebuildDependencies,
  order: RebuildAllOrder,
  onProgress?: (progress: Progress) => void,
): Promise<RebuildResult> {
  const { generations } = dependencies;
  const lock = await generations.lock(`rebuild by ${order.who}`);
  try {
    const slot = otherSlot(await generations.active());
    const found = await interrupted(generations, slot, order);
    if (order.rebuildId !== undefined && found?.rebuildId !== order.rebuildId)
      throw new RebuildRefused(`rebuild ${order.rebuildId} is not there to be resumed`);
    const run =
      found ??
      (await generations.runs.create({
        scope: { all: true, ...(order.knownAt === undefined ? {} : { knownAt: order.knownAt }) },
        slot,
        approval: order.approval,
        who: order.who,
      }));
    order.onStarted?.(run);
    return await conclude(dependencies, run, onProgress, async (journal) => {
      await build(dependencies, run, slot, journal);
      return run.scope.knownAt === undefined
        ? show(dependencies, { ...run, approval: order.approval }, slot, journal, order)
        : 'completed';
    });
  } finally {
    await lock.release();
  }
}

/**
 * Shows readers a generation that was built and waits for it.
 * @param rebuildId the one that waits, unless given
 * @throws RebuildBusy, RebuildRefused when none waits or something keeps it from being shown
 */
export async function approveRebuild(
  dependencies: RebuildDependencies,
  rebuildId: string | undefined,
  order: ApprovalOrder,
  onProgress?: (progress: Progress) => void,
): Promise<RebuildResult> {
  const { generations } = dependencies;
  const lock = await generations.lock(`rebuild by ${order.who}`);
  try {
    const run = await generations.runs.open();
    const idle = await generations.idle();
    const waits =
      run?.status === 'awaiting_approval' &&
      idle.state === 'built' &&
      idle.rebuildId === run.rebuildId &&
      (rebuildId === undefined || rebuildId === run.rebuildId);
    if (!waits)
      throw new RebuildRefused(
        rebuildId === undefined
          ? 'no rebuild waits for approval'
          : `rebuild ${rebuildId} does not wait for approval`,
      );
    const slot = otherSlot(await generations.active());
    const approved: RebuildRun = { ...run, approval: { flip: 'always' } };
    return await conclude(dependencies, run, onProgress, (journal) =>
      show(dependencies, approved, slot, journal, order),
    );
  } finally {
    await lock.release();
  }
}

/** The rebuild to go on with, if there is one; any other that is open ends here. */
async function interrupted(
  { runs, idle }: Generations,
  slot: Slot,
  order: RebuildAllOrder,
): Promise<RebuildRun | undefined> {
  const run = await runs.open();
  if (!run) return undefined;
  const holds = await idle();
  const started = run.phase === 'facts' || (holds.rebuildId === run.rebuildId && holds.state !== 'empty');
  const same =
    run.status === 'running' &&
    run.slot === slot &&
    run.foldVersion === FOLD_VERSION &&
    run.scope.knownAt === order.knownAt &&
    !run.cancelRequested;
  if (same && started) return run;
  await runs.note(run.rebuildId, { status: 'cancelled', error: 'another rebuild took its place' });
  return undefined;
}

/** Runs `work` and puts on record how it ended. */
async function conclude(
  { generations }: RebuildDependencies,
  run: RebuildRun,
  onProgress: ((progress: Progress) => void) | undefined,
  work: (journal: Journal) => Promise<RebuildResult['status']>,
): Promise<RebuildResult> {
  const { runs } = generations;
  const journal = createJournal(runs, run, onProgress);
  try {
    const status = await work(journal);
    await journal.close({ status, ...(status === 'completed' ? { phase: 'done' } : {}) });
    const { rows, keys, seconds } = journal.totals();
    return {
      rebuildId: run.rebuildId,
      status,
      slot: run.slot ?? (await generations.active()),
      keys,
      rows,
      seconds,
      rowsPerSecond: rows / seconds,
      report: (await runs.find(run.rebuildId))?.report ?? null,
      resumed: run.position !== null,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof RebuildCancelled || error instanceof RebuildRefused) {
      await generations.of(run.slot!).rebuild.discard();
      await journal.close({
        status: error instanceof RebuildCancelled ? 'cancelled' : 'failed',
        error: message,
      });
    } else {
      // What is done stays: the next rebuild goes on with it. The record may be what cannot be reached.
      await journal.close({ error: message }).catch(() => undefined);
    }
    throw error;
  }
}

/**
 * Rebuild of everything: the log replayed into the idle generation beside the active one, which stays
 * readable and live until one flip. What is done is on record, so that a rebuild that was killed is gone on
 * with where it was.
 */
import { combine } from '../../domain/books/checksum.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type { EventLog } from '../../domain/log.ts';
import { compareGenerations } from '../diff/generations.ts';
import { changedSummary } from '../diff/report.ts';
import { otherSlot } from '../generation.ts';
import { handOver, onLevelSnapshots } from '../hand-over.ts';
import { bringLevel } from '../level.ts';
import type { Generation, Generations, Slot } from '../generation.ts';
import type { Progress, Projector } from '../projector.ts';
import { checksumText } from '../verify/checksums.ts';
import { verifyStored } from '../verify/stored.ts';
import { streamFacts } from './facts-phase.ts';
import { createJournal, RebuildCancelled } from './journal.ts';
import type { Journal } from './journal.ts';
import { partitionsOf } from './partitions.ts';
import { isApproved } from './runs.ts';
import type { Approval, RebuildReport, RebuildRun } from './runs.ts';

export { RebuildCancelled } from './journal.ts';

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

/** A rebuild that found what keeps it from being shown to readers. */
export class RebuildRefused extends Error {
  readonly code = 'rebuild_refused';
  override readonly name = 'RebuildRefused';
}

export interface RebuildDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projectorOf: (slot: Slot) => Projector;
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

/** Fills the generation, as far as it is not filled yet. */
async function build(
  dependencies: RebuildDependencies,
  run: RebuildRun,
  slot: Slot,
  journal: Journal,
): Promise<void> {
  const { log, generations } = dependencies;
  const { rebuild } = generations.of(slot);
  const resumed = run.phase !== 'facts';
  let { phase, position } = run;
  if (phase === 'facts' || position === null) {
    await journal.enter('facts');
    await rebuild.begin(run.rebuildId);
    position = Math.min(await log.head(), run.scope.knownAt ?? Infinity);
    const events = await readFacts(dependencies, slot, position, journal);
    phase = 'fold';
    await journal.enter(phase, { position, events });
  }
  if (phase === 'fold') {
    if (resumed) await journal.enter(phase);
    const todo = await rebuild.portfoliosToFold();
    if (resumed) await rebuild.sweep(todo);
    let done = 0;
    journal.progress(done, todo.length);
    await generations.workers.fold(slot, partitionsOf(todo), {
      signal: journal.signal,
      onRows: (rows) => journal.wrote(rows, 0),
      onDone: (portfolios, keys) => {
        journal.wrote(0, keys);
        journal.progress((done += portfolios), todo.length);
      },
    });
    await refuseFailures(generations.of(slot));
    phase = 'keys';
  }
  if (phase === 'keys') {
    await journal.enter(phase);
    await rebuild.addKeys((done, total) => journal.progress(done, total));
    await rebuild.finish(position, run.rebuildId, run.scope.knownAt);
  }
}

async function readFacts(
  { log, generations }: RebuildDependencies,
  slot: Slot,
  position: number,
  journal: Journal,
): Promise<number> {
  const writer = generations.of(slot).rebuild.openFacts();
  try {
    return await streamFacts(log, position, writer, (done, total) => {
      journal.signal.throwIfAborted();
      journal.progress(done, total);
    });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function refuseFailures({ rebuild }: Generation): Promise<void> {
  const failures = await rebuild.failures();
  if (failures.length === 0) return;
  const [first] = failures;
  throw new RebuildRefused(
    `${failures.length === 1 ? '1 key' : `${failures.length} keys`} cannot be folded, ${first!.securityId} in ${first!.portfolioId} first${first!.transactionId === null ? '' : `, at transaction ${first!.transactionId}`}: ${first!.reason}`,
  );
}

/** Brings the generation level, checks it, compares it with what readers see, and flips when that is approved. */
async function show(
  dependencies: RebuildDependencies,
  run: RebuildRun,
  slot: Slot,
  journal: Journal,
  { who, retainHours }: ApprovalOrder,
): Promise<RebuildResult['status']> {
  const { log, generations, projectorOf } = dependencies;
  const projector = projectorOf(slot);
  await journal.enter('catch up');
  await bringLevel(projector, generations.of(slot), await log.head(), ({ done, total }) => {
    journal.signal.throwIfAborted();
    journal.progress(done, total);
  });
  await journal.enter('verify');
  const verified = await soundness(generations.of(slot));
  await journal.enter('diff');
  const changed = await changes(dependencies, slot);
  const report = { verified, changed };
  await journal.enter('flip', { report });
  if (!isApproved(run.approval, report)) return 'awaiting_approval';
  const order = { cause: 'rebuild', rebuildId: run.rebuildId, who, retainHours } as const;
  await handOver(generations, slot, projector, order, async () => {
    journal.signal.throwIfAborted();
    const { failedKeys } = await generations.of(slot).state();
    if (failedKeys > 0)
      throw new RebuildRefused(`quarantined keys (${failedKeys}) keep the new generation from being shown`);
  });
  return 'completed';
}

/** @throws RebuildRefused when what is stored breaks a rule that every generation keeps */
async function soundness(built: Generation): Promise<NonNullable<RebuildReport['verified']>> {
  const [broken] = await verifyStored(built.checks);
  if (broken) {
    const { rule, table, portfolio_id, security_id, date, stored, expected } = broken;
    const place = [portfolio_id, security_id, date].filter((part) => part !== undefined).join(' ');
    throw new RebuildRefused(
      `the new generation is not sound: ${table} ${place} breaks the rule of ${rule}: ${stored} stored, ${expected} expected`,
    );
  }
  const {
    position_state: keys,
    position_timeseries: rows,
    portfolio_state: portfolios,
  } = await built.checks.counts();
  const stored = await built.rebuild.snapshot((reader) => reader.keys());
  const checksum = checksumText(stored.reduce((sum, key) => combine(sum, key.checksum), 0n));
  return { keys, rows, portfolios, checksum };
}

/** What readers would see change. */
function changes(
  { generations, projectorOf }: RebuildDependencies,
  slot: Slot,
): Promise<NonNullable<RebuildReport['changed']>> {
  const slots = { before: otherSlot(slot), after: slot };
  return onLevelSnapshots(generations, slot, projectorOf, async (before, after) => {
    // Where readers see nothing yet, nothing changes.
    if ((await before.portfolios()).length === 0)
      return { portfolios: 0, days: 0, maxImpactBps: null, worst: [] };
    return changedSummary((await compareGenerations(before, after, { slots })).report);
  });
}

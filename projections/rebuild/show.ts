/** The phases of a rebuild that bring it before readers: catch up, verify, diff, flip. */
import { combine } from '../../domain/books/checksum.ts';
import { compareGenerations } from '../diff/generations.ts';
import { changedSummary } from '../diff/report.ts';
import { otherSlot } from '../generation.ts';
import type { Generation, Slot } from '../generation.ts';
import { handOver, onLevelSnapshots } from '../hand-over.ts';
import { bringLevel } from '../level.ts';
import { checksumText } from '../verify/checksums.ts';
import { brokenText, verifyStored } from '../verify/stored.ts';
import type { Journal } from './journal.ts';
import { RebuildRefused } from './outcome.ts';
import type { RebuildDependencies } from './outcome.ts';
import { isApproved } from './runs.ts';
import type { RebuildReport, RebuildRun, RebuildStatus } from './runs.ts';

/** Brings the generation level, checks it, compares it with what readers see, and flips when that is approved. */
export async function show(
  dependencies: RebuildDependencies,
  run: RebuildRun,
  slot: Slot,
  journal: Journal,
  { who, retainHours }: { readonly who: string; readonly retainHours: number },
): Promise<Extract<RebuildStatus, 'completed' | 'awaiting_approval'>> {
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
  if (broken) throw new RebuildRefused(`the new generation is not sound: ${brokenText(broken)}`);
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

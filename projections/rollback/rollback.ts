/** Back to the generation that readers saw before the last flip, as long as it is retained. */
import type { EventLog } from '../../domain/log.ts';
import { compareGenerations } from '../diff/generations.ts';
import { changedSummary } from '../diff/report.ts';
import { otherSlot } from '../generation.ts';
import type { Generations, Slot } from '../generation.ts';
import { handOver, onLevelSnapshots } from '../hand-over.ts';
import { bringLevel } from '../level.ts';
import type { Progress, Projector } from '../projector.ts';
import type { IdleGeneration, RebuildReport } from '../rebuild/runs.ts';

type Changed = NonNullable<RebuildReport['changed']>;

/** There is nothing that could be gone back to. */
export class RollbackRefused extends Error {
  readonly code = 'rollback_refused';
  override readonly name = 'RollbackRefused';
}

export interface RollbackDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projectorOf: (slot: Slot) => Projector;
}

/** What a rollback would do, and the published figures that readers would see change. */
export interface RollbackPreview {
  readonly from: Slot;
  readonly to: Slot;
  readonly retainedSince: string;
  readonly foldVersion: number | null;
  readonly changed: Changed;
}

export interface RollbackOrder {
  readonly who: string;
  /** How long what is left is kept level, so that the rollback can be rolled back. */
  readonly retainHours: number;
  /** Asked once it is level; anything but `true` leaves everything as it is. */
  readonly confirm?: (preview: RollbackPreview) => Promise<boolean>;
}

export interface RollbackResult {
  /** `declined`: it was asked about, and not wanted. */
  readonly status: 'flipped' | 'declined';
  readonly from: Slot;
  readonly to: Slot;
  readonly position: number;
  /** How long the active generation was held still; `null` when nothing was flipped. */
  readonly heldMs: number | null;
  readonly seconds: number;
  /** What was compared to ask; `null` when nobody was asked. */
  readonly changed: Changed | null;
}

/**
 * Flips to the retained generation, with everything that was appended since. What readers saw until then is
 * retained in its place. Positions and epochs never go back: keys get an epoch above the one that was left.
 * @throws RollbackRefused when nothing is retained, `RebuildBusy` while a rebuild, rollback or prune runs
 */
export async function rollback(
  { log, generations, projectorOf }: RollbackDependencies,
  order: RollbackOrder,
  onProgress?: (progress: Progress) => void,
): Promise<RollbackResult> {
  const started = performance.now();
  const lock = await generations.lock(`rollback by ${order.who}`);
  try {
    const from = await generations.active();
    const to = otherSlot(from);
    const idle = await generations.idle();
    const refusal = refusalOf(idle);
    if (refusal !== undefined) throw new RollbackRefused(refusal);

    const projector = projectorOf(to);
    await bringLevel(projector, generations.of(to), await log.head(), onProgress);
    let changed: Changed | null = null;
    const seconds = () => (performance.now() - started) / 1000;
    if (order.confirm) {
      // At one position of the log, or what is still to be folded would show as a change.
      changed = await onLevelSnapshots(generations, to, projectorOf, async (now, then) => {
        const options = {
          slots: { before: from, after: to },
          ...(onProgress === undefined ? {} : { onProgress }),
        };
        return changedSummary((await compareGenerations(now, then, options)).report);
      });
      const preview = { from, to, retainedSince: idle.since, foldVersion: idle.foldVersion, changed };
      if (!(await order.confirm(preview))) {
        const position = await generations.of(from).register.position();
        return { status: 'declined', from, to, position, heldMs: null, seconds: seconds(), changed };
      }
    }
    onProgress?.({ phase: 'flip', done: 0, total: 1 });
    await handOver(generations, to, projector, {
      cause: 'rollback',
      who: order.who,
      retainHours: order.retainHours,
      tolerateQuarantined: true,
    });
    onProgress?.({ phase: 'flip', done: 1, total: 1 });
    const [done] = await generations.flips(1);
    return {
      status: 'flipped',
      from,
      to,
      position: done?.position ?? 0,
      heldMs: done?.heldMs ?? 0,
      seconds: seconds(),
      changed,
    };
  } finally {
    await lock.release();
  }
}

function refusalOf({ state, knownAt, rebuildId }: IdleGeneration): string | undefined {
  switch (state) {
    case 'retained':
      return undefined;
    case 'empty':
      return 'nothing is retained: the former generation was pruned, or there was none';
    case 'building':
      return `nothing is retained: rebuild ${rebuildId ?? ''} has taken the place of the former generation`;
    case 'built':
      return knownAt === null
        ? `nothing is retained: rebuild ${rebuildId ?? ''} waits for approval in the place of the former generation`
        : `nothing is retained: what was known at position ${knownAt} is kept in the place of the former generation`;
  }
}

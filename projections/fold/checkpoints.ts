/** What a key's fold leaves for the next one. */
import type { Effect } from '../../domain/books/model.ts';
import { encodeState } from '../../domain/books/state.ts';
import type { Day } from '../../domain/dates.ts';
import type { Checkpoint, KeyRef } from './model.ts';

/** Every so many transactions of a key the fold's state is kept. */
export const CHECKPOINT_EVERY = 32;

/**
 * The checkpoints to keep of a run of effects: every 32nd transaction of the key, and the last.
 * @param before how many transactions were applied before the run
 */
export function checkpointsOf(key: KeyRef, effects: readonly Effect[], before: number): Checkpoint[] {
  return effects.flatMap((effect, index) => {
    const seq = before + index + 1;
    if (seq % CHECKPOINT_EVERY !== 0 && index < effects.length - 1) return [];
    return [
      {
        portfolioNo: key.portfolioNo,
        securityNo: key.securityNo,
        at: effect.at,
        rank: effect.rank,
        transactionId: effect.transactionId,
        day: effect.day,
        seq,
        state: encodeState(effect.after),
      },
    ];
  });
}

/**
 * Whether a key may have rows to make after its watermark: it is held, or its last transaction is not
 * further back than the watermark, since the day after the last activity still has a row.
 */
export function isOpen(last: Effect | undefined, watermark: Day | null): boolean {
  if (last === undefined) return false;
  return last.after.quantity.coefficient !== 0n || last.day >= (watermark ?? -Infinity);
}

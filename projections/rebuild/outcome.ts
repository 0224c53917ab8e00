/** What a rebuild needs, and how it can end without being done. */
import type { EventLog } from '../../domain/log.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Projector } from '../projector.ts';

export interface RebuildDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projectorOf: (slot: Slot) => Projector;
}

/** A rebuild that found what keeps it from being shown to readers. */
export class RebuildRefused extends Error {
  readonly code = 'rebuild_refused';
  override readonly name = 'RebuildRefused';
}

/** A rebuild that was ended on request; nothing of it is kept. */
export class RebuildCancelled extends Error {
  readonly code = 'rebuild_cancelled';
  override readonly name = 'RebuildCancelled';
}

/** What cannot be folded keeps a rebuild from being shown, and a dry run from saying what it would change. */
export function cannotBeFolded(
  failures: readonly {
    readonly portfolioId: string;
    readonly securityId: string;
    readonly transactionId: string | null;
    readonly reason: string;
  }[],
): RebuildRefused {
  const [first] = failures;
  const keys = failures.length === 1 ? '1 key' : `${failures.length} keys`;
  if (!first) return new RebuildRefused(`${keys} cannot be folded`);
  const at = first.transactionId === null ? '' : `, at transaction ${first.transactionId}`;
  return new RebuildRefused(
    `${keys} cannot be folded, ${first.securityId} in ${first.portfolioId} first${at}: ${first.reason}`,
  );
}

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

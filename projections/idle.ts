/**
 * Keeps the generation level that readers do not see: what they saw before the last flip, for as long as it
 * is retained, and what was rebuilt and waits for approval. Any number of processes may do so.
 */
import { tryInstant } from '../domain/dates.ts';
import { otherSlot } from './generation.ts';
import type { Generations, Slot } from './generation.ts';
import type { Projector } from './projector.ts';
import { keptBecause, prune } from './prune/prune.ts';
import type { IdleGeneration } from './rebuild/runs.ts';

export interface IdleDependencies {
  readonly generations: Generations;
  readonly newProjector: (slot: Slot) => Projector;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What it holds changes rarely, and a step into one that was emptied meanwhile does nothing. */
const LOOK_EVERY_MS = 1_000;
/** Readers of the active generation wait no longer than this and one transaction for what has come meanwhile. */
const SLICE_MS = 100;
/** A reader that has been told the name of the generation just before the flip has come and gone by then. */
const GRACE_MS = 60_000;

export function isKeptLevel({ state, knownAt, retainedUntil }: IdleGeneration, nowMs: number): boolean {
  if (state === 'built') return knownAt === null;
  return state === 'retained' && retainedUntil !== null && Date.parse(retainedUntil) > nowMs;
}

/** @returns the work for when the active generation has none: how much was done */
export function createIdleKeeper({
  generations,
  newProjector,
  now,
}: IdleDependencies): (stopping: () => boolean) => Promise<number> {
  let kept: { readonly slot: Slot; readonly name: string; readonly projector: Projector } | undefined;
  let lookAt = 0;

  async function look(): Promise<void> {
    const idle = await generations.idle();
    if (await expired(generations, idle, now())) {
      kept = undefined;
      return;
    }
    const slot = otherSlot(await generations.active());
    // One filled anew begins anew: what a projector remembers of the former one is about other rows.
    const name = `${slot} ${idle.state} ${idle.since} ${idle.rebuildId ?? ''}`;
    if (!isKeptLevel(idle, now()) || (await isBeingShown(idle))) kept = undefined;
    else if (kept?.name !== name) kept = { slot, name, projector: newProjector(slot) };
  }

  /** Whoever is about to show what was rebuilt brings it level; two that do so are in each other's way. */
  async function isBeingShown({ state, rebuildId }: IdleGeneration): Promise<boolean> {
    if (state !== 'built') return false;
    const run = await generations.runs.open();
    return run?.rebuildId === rebuildId && run.status === 'running';
  }

  return async (stopping) => {
    if (now() >= lookAt) {
      await look();
      lookAt = now() + LOOK_EVERY_MS;
    }
    if (kept === undefined || kept.slot === (await generations.active())) return 0;
    const until = performance.now() + SLICE_MS;
    return kept.projector.work(() => stopping() || performance.now() > until);
  };
}

/** Empties a generation whose retention is over; another process may be at it, or at something else. */
async function expired(generations: Generations, idle: IdleGeneration, nowMs: number): Promise<boolean> {
  const now = tryInstant(new Date(nowMs - GRACE_MS).toISOString());
  if (now === undefined || idle.state !== 'retained' || keptBecause(idle, now, 'expired') !== undefined)
    return false;
  try {
    await prune(generations, { who: 'retention', now, generation: 'expired' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'rebuild_running') return false;
    throw error;
  }
}

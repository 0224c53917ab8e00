/** Lets go of what is kept no longer: the idle generation past its retention, superseded rows of old epochs. */
import type { Instant } from '../../domain/dates.ts';
import { otherSlot } from '../generation.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Progress } from '../projector.ts';
import type { IdleGeneration } from '../rebuild/runs.ts';
import type { Removed } from './store.ts';

export interface PruneOrder {
  readonly who: string;
  /** The time of day. */
  readonly now: Instant;
  /** `expired`: when its retention is over; `now`: whatever it holds, a rebuild that was interrupted or waits for approval too. */
  readonly generation?: 'expired' | 'now';
  /** Rows that were replaced by an epoch shown before this instant. */
  readonly epochsBefore?: Instant;
  /** Only says what would go. */
  readonly dryRun?: boolean;
}

export interface PrunedGeneration extends Removed {
  readonly slot: Slot;
  readonly state: IdleGeneration['state'];
  readonly outcome: 'emptied' | 'would_be_emptied' | 'kept';
  /** Why it is kept. */
  readonly reason?: string;
}

export interface PrunedEpochs extends Removed {
  readonly slot: Slot;
  readonly before: Instant;
  /** Keys of which fewer epochs can be read than before. */
  readonly keys: number;
}

export interface PruneResult {
  readonly dryRun: boolean;
  readonly generation: PrunedGeneration | null;
  readonly epochs: PrunedEpochs | null;
  readonly seconds: number;
}

/** Portfolios whose rows go in one round: what is found of them is in memory. */
const PORTFOLIOS_AT_ONCE = 50;

/**
 * One that is interrupted has done a part of its work and is finished by the next one.
 * @throws `RebuildBusy` while a rebuild, rollback or prune runs
 */
export async function prune(
  generations: Generations,
  order: PruneOrder,
  onProgress?: (progress: Progress) => void,
): Promise<PruneResult> {
  const started = performance.now();
  const lock = await generations.lock(`prune by ${order.who}`);
  try {
    const generation =
      order.generation === undefined ? null : await pruneGeneration(generations, order, order.generation);
    const epochs =
      order.epochsBefore === undefined
        ? null
        : await pruneEpochs(generations, order, order.epochsBefore, onProgress);
    const seconds = (performance.now() - started) / 1000;
    return { dryRun: order.dryRun ?? false, generation, epochs, seconds };
  } finally {
    await lock.release();
  }
}

async function pruneGeneration(
  generations: Generations,
  { now, dryRun }: PruneOrder,
  when: 'expired' | 'now',
): Promise<PrunedGeneration> {
  const slot = otherSlot(await generations.active());
  const idle = await generations.idle();
  const about = { slot, state: idle.state };
  const reason = keptBecause(idle, now, when);
  if (reason !== undefined) return { ...about, outcome: 'kept', reason, rows: 0, bytes: 0 };
  if (dryRun) {
    const { rows, bytes } = await generations.of(slot).size();
    return { ...about, outcome: 'would_be_emptied', rows, bytes };
  }
  // The lock is held, so that nobody is at a run that is open: with the generation goes what it was for.
  const open = await generations.runs.open();
  if (open && open.rebuildId === idle.rebuildId)
    await generations.runs.note(open.rebuildId, { status: 'cancelled', error: 'its generation was pruned' });
  const held = await generations.of(slot).size();
  await generations.of(slot).rebuild.discard();
  const { bytes } = await generations.of(slot).size();
  return { ...about, outcome: 'emptied', rows: held.rows, bytes: Math.max(0, held.bytes - bytes) };
}

/** Why the idle generation is not emptied; `undefined` when it is to be. */
export function keptBecause(idle: IdleGeneration, now: Instant, when: 'expired' | 'now'): string | undefined {
  if (idle.state === 'empty') return 'it is empty';
  if (when === 'now') return undefined;
  switch (idle.state) {
    case 'retained':
      return idle.retainedUntil !== null && idle.retainedUntil > now
        ? `it is retained until ${idle.retainedUntil.slice(0, 19).replace('T', ' ')} UTC`
        : undefined;
    case 'building':
      return 'a rebuild was interrupted in it and can go on';
    case 'built':
      return idle.knownAt === null
        ? 'a rebuild waits for approval in it'
        : `it holds what was known at position ${idle.knownAt}`;
  }
}

async function pruneEpochs(
  generations: Generations,
  { dryRun }: PruneOrder,
  before: Instant,
  onProgress?: (progress: Progress) => void,
): Promise<PrunedEpochs> {
  const slot = await generations.active();
  const { prune: store } = generations.of(slot);
  if (dryRun) return { slot, before, keys: 0, ...(await store.superseded(before)) };
  // Noted and committed first: nobody may be shown an epoch of which a part is gone.
  const keys = await store.note(before);
  const portfolios = await store.portfolios();
  let [rows, bytes] = [0, 0];
  for (let i = 0; i < portfolios.length; i += PORTFOLIOS_AT_ONCE) {
    const removed = await store.remove(portfolios.slice(i, i + PORTFOLIOS_AT_ONCE));
    rows += removed.rows;
    bytes += removed.bytes;
    onProgress?.({
      phase: 'prune epochs',
      done: Math.min(i + PORTFOLIOS_AT_ONCE, portfolios.length),
      total: portfolios.length,
      rows,
    });
  }
  return { slot, before, keys, rows, bytes };
}

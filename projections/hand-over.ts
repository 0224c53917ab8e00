/** Bringing two generations to the same position, for a moment: to flip, or to see what a flip would change. */
import { setTimeout as after } from 'node:timers/promises';
import { otherSlot } from './generation.ts';
import type { FlipOrder, Generation, Generations, Slot } from './generation.ts';
import type { GenerationReader } from './rebuild/store.ts';
import type { Projector } from './projector.ts';

/** How long the active generation is held still in the first attempt; each further one may take twice as long. */
const FIRST_HOLD_MS = 25;
const LONGEST_HOLD_MS = 5_000;
/** Steps that got no shorter before the active generation is held all the same. */
const VAIN_STEPS = 4;
/** Between two looks while another process folds what is missing. */
const LOOK_EVERY_MS = 1;

/**
 * Makes readers see `slot`, as soon as it can be brought level.
 * @param refused asked after an attempt that came to nothing; throws when further ones would as well
 */
export async function handOver(
  generations: Generations,
  slot: Slot,
  projector: Projector,
  order: FlipOrder,
  refused: () => Promise<void> = async () => undefined,
): Promise<void> {
  const generation = generations.of(slot);
  for (let holdMs = FIRST_HOLD_MS; ; holdMs = Math.min(holdMs * 2, LONGEST_HOLD_MS)) {
    await bringClose(projector, holdMs);
    const catchUp = (target: number) => catchUpWithin(projector, generation, target, holdMs);
    if (await generations.flip(slot, catchUp, order)) return;
    await refused();
  }
}

/**
 * As much as possible is done before, while nothing stands still: until a step is short enough to be done
 * during the hold, or steps get no shorter, because events come as fast as they are folded.
 */
async function bringClose(projector: Projector, holdMs: number): Promise<void> {
  let shortest = Infinity;
  for (let vain = 0; vain < VAIN_STEPS;) {
    const started = performance.now();
    if ((await projector.step()) === 0) return;
    const took = performance.now() - started;
    if (took < holdMs) return;
    vain = took < shortest ? 0 : vain + 1;
    shortest = Math.min(shortest, took);
  }
}

async function catchUpWithin(
  projector: Projector,
  generation: Generation,
  target: number,
  holdMs: number,
): Promise<void> {
  const until = performance.now() + holdMs;
  for (;;) {
    const done = await projector.step(undefined, target);
    if (performance.now() > until || (await isLevel(generation, target))) return;
    // Others that keep it level have the rest in hand.
    if (done === 0) await after(LOOK_EVERY_MS);
  }
}

async function isLevel(generation: Generation, target: number): Promise<boolean> {
  return (await generation.register.position()) >= target && (await generation.state()).dirtyKeys === 0;
}

/** Attempts to meet both generations at the same position before what differs is looked at as it is. */
const ATTEMPTS = 6;

/**
 * Runs `work` on snapshots of both generations at one position of the log, everything up to it folded: what
 * differs then does so for good. While events keep both from coming to rest, the snapshots are those of the
 * last attempt.
 */
export async function onLevelSnapshots<T>(
  generations: Generations,
  slot: Slot,
  projectorOf: (slot: Slot) => Projector,
  work: (active: GenerationReader, other: GenerationReader) => Promise<T>,
): Promise<T> {
  const active = generations.of(otherSlot(slot));
  const other = generations.of(slot);
  for (let [attempt, holdMs] = [1, FIRST_HOLD_MS]; ; attempt++, holdMs *= 2) {
    await bringClose(projectorOf(slot), holdMs);
    const working = await generations.hold(async (target) => {
      await catchUpWithin(projectorOf(slot), other, target, holdMs);
      await catchUpWithin(projectorOf(active.slot), active, target, holdMs);
      const level = (await isLevel(other, target)) && (await isLevel(active, target));
      return level || attempt === ATTEMPTS ? opened(active, other, work) : undefined;
    });
    if (working) return working.result;
  }
}

/** Resolves once both snapshots are taken; the work on them goes on. */
async function opened<T>(
  active: Generation,
  other: Generation,
  work: (active: GenerationReader, other: GenerationReader) => Promise<T>,
): Promise<{ readonly result: Promise<T> }> {
  let taken = (): void => undefined;
  const snapshots = new Promise<void>((resolve) => (taken = resolve));
  const result = active.rebuild.snapshot(async (first) => {
    await first.position();
    return other.rebuild.snapshot(async (second) => {
      await second.position();
      taken();
      return work(first, second);
    });
  });
  // Awaited by the caller; a failure must not count as unhandled until then.
  result.catch(() => undefined);
  await Promise.race([snapshots, result]);
  return { result };
}

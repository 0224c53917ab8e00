/** Bringing a generation level with the log before it takes the active one's place. */
import type { Generation } from './generation.ts';
import type { Progress, Projector } from './projector.ts';

/**
 * Steps until a step brings it no closer, which is so when events come as fast as they are folded, or until
 * there is nothing left: what remains is done while the active generation is held still.
 */
export async function bringLevel(
  projector: Projector,
  generation: Generation,
  target: number,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  const from = await generation.register.position();
  const total = Math.max(0, target - from);
  let last = Infinity;
  for (;;) {
    const done = await projector.step((progress) => onProgress?.({ ...progress, phase: 'catch up' }));
    if (done === 0 || done >= last / 2) break;
    last = done;
  }
  onProgress?.({ phase: 'catch up', done: total, total });
}

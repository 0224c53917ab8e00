/** Two generations compared as they are stored, each on a snapshot of its own. */
import { otherSlot } from '../generation.ts';
import type { Generation, Generations } from '../generation.ts';
import { compareGenerations } from './generations.ts';
import type { DiffOptions, GenerationsDiff } from './generations.ts';

/** What readers would see change if `after` took the place of `before`. */
export function diffGenerations(
  before: Pick<Generation, 'slot' | 'rebuild'>,
  after: Pick<Generation, 'slot' | 'rebuild'>,
  options: DiffOptions = {},
): Promise<GenerationsDiff> {
  const slots = { before: before.slot, after: after.slot };
  return before.rebuild.snapshot((old) =>
    after.rebuild.snapshot((fresh) => compareGenerations(old, fresh, { ...options, slots })),
  );
}

/** There is no second generation to compare with. */
export class NothingToCompare extends Error {
  readonly code = 'nothing_to_compare';
  override readonly name = 'NothingToCompare';
}

/**
 * The generation that readers see beside the other one: one that was rebuilt would come after it, one that
 * is retained, or holds what was known once, came before it.
 * @throws NothingToCompare when there is no other one that is whole
 */
export async function diffWithIdle(
  generations: Pick<Generations, 'active' | 'idle' | 'of'>,
  options: DiffOptions = {},
): Promise<GenerationsDiff> {
  const [slot, idle] = [await generations.active(), await generations.idle()];
  if (idle.state === 'empty' || idle.state === 'building')
    throw new NothingToCompare(
      idle.state === 'empty'
        ? 'there is no second generation: the last one was pruned, or nothing was rebuilt yet'
        : 'the second generation is still being built',
    );
  const [active, other] = [generations.of(slot), generations.of(otherSlot(slot))];
  return idle.state === 'built' && idle.knownAt === null
    ? diffGenerations(active, other, options)
    : diffGenerations(other, active, options);
}

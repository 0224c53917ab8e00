/** What each generation holds. */
import type { EventLog } from '../domain/log.ts';
import { otherSlot } from './generation.ts';
import type { Generation, GenerationSize, Generations, Slot } from './generation.ts';
import type { IdleGeneration } from './rebuild/runs.ts';

export interface GenerationOverview extends GenerationSize {
  readonly slot: Slot;
  /** `active` is what readers see. */
  readonly state: 'active' | IdleGeneration['state'];
  /** Everything up to here is in its rows; `null` while it holds nothing that could be read. */
  readonly position: number | null;
  /** How many events it is behind the log; `null` where it is not meant to follow. */
  readonly lagEvents: number | null;
  readonly foldVersions: readonly number[];
  readonly quarantinedKeys: number;
  readonly knownAt: number | null;
  readonly rebuildId: string | null;
  /** UTC instants. */
  readonly since: string | null;
  readonly retainedUntil: string | null;
}

/** The active one first. */
export async function generationsOverview(
  log: Pick<EventLog, 'head'>,
  generations: Generations,
): Promise<readonly GenerationOverview[]> {
  const [active, idle, head, [flip]] = await Promise.all([
    generations.active(),
    generations.idle(),
    log.head(),
    generations.flips(1),
  ]);
  const other = otherSlot(active);
  const [shown, kept] = await Promise.all([
    contents(generations.of(active), head),
    contents(generations.of(other), head),
  ]);
  const follows = idle.state === 'retained' || (idle.state === 'built' && idle.knownAt === null);
  return [
    {
      ...shown,
      slot: active,
      state: 'active',
      knownAt: null,
      rebuildId: flip?.to === active ? flip.rebuildId : null,
      since: flip?.flippedAt ?? null,
      retainedUntil: null,
    },
    {
      ...kept,
      slot: other,
      state: idle.state,
      lagEvents: follows ? kept.lagEvents : null,
      position: idle.state === 'empty' || idle.state === 'building' ? null : kept.position,
      knownAt: idle.knownAt,
      rebuildId: idle.rebuildId,
      since: idle.since,
      retainedUntil: idle.retainedUntil,
    },
  ];
}

async function contents(generation: Generation, head: number) {
  const [state, size] = await Promise.all([generation.state(), generation.size()]);
  const position =
    state.oldestMark === null ? state.position : Math.min(state.position, state.oldestMark - 1);
  return {
    ...size,
    position,
    lagEvents: Math.max(0, head - position),
    foldVersions: state.foldVersions,
    quarantinedKeys: state.quarantinedKeys,
  };
}

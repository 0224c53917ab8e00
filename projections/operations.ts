/** What operators do to the generations: rebuild, approve, cancel, roll back, prune, and look at them. */
import type { Decimal } from '../domain/decimal.ts';
import { tryInstant } from '../domain/dates.ts';
import type { EventLog } from '../domain/log.ts';
import { diffWithIdle } from './diff/diff.ts';
import { dryRun } from './diff/dry-run.ts';
import type { DiffOptions, GenerationsDiff } from './diff/generations.ts';
import type { DiffReport } from './diff/report.ts';
import type { Generations, Slot } from './generation.ts';
import { generationsOverview } from './overview.ts';
import type { GenerationOverview } from './overview.ts';
import type { OperationsState } from './metrics.ts';
import { operationsState } from './operations-state.ts';
import { createProjector } from './projector.ts';
import type { Progress, Projector, ProjectorEvents } from './projector.ts';
import { prune } from './prune/prune.ts';
import type { PruneOrder, PruneResult } from './prune/prune.ts';
import { rebuildKeys } from './rebuild/keys.ts';
import { approveRebuild, rebuildAll } from './rebuild/rebuild.ts';
import type { RebuildResult } from './rebuild/rebuild.ts';
import type { Approval, IdleGeneration, RebuildRun, RebuildRuns, RebuildScope } from './rebuild/runs.ts';
import { rollback } from './rollback/rollback.ts';
import type { RollbackOrder, RollbackResult } from './rollback/rollback.ts';

/** How long a former generation is kept level unless an order says so. */
export const RETAIN_HOURS = 24;

export interface RebuildOptions {
  /** Without it a new generation is shown whatever it changes. */
  readonly approval?: Approval;
  /** Such as `cli` or `http`. */
  readonly who?: string;
  readonly retainHours?: number;
  readonly onStarted?: (run: RebuildRun) => void;
  /** The interrupted one to go on with. */
  readonly rebuildId?: string;
}

type Report = (progress: Progress) => void;

export interface Operations {
  /**
   * A new generation with `all`, which goes on with one that was interrupted; otherwise keys in place.
   * @throws `RebuildBusy`, `RebuildRefused`, `RebuildCancelled`
   */
  rebuild(scope: RebuildScope, onProgress?: Report, options?: RebuildOptions): Promise<RebuildResult>;
  /** What a rebuild would change; nothing is written. */
  dryRun(scope: RebuildScope, materiality: Decimal | undefined, onProgress?: Report): Promise<DiffReport>;
  /**
   * What differs between the generation that readers see and the other one.
   * @throws NothingToCompare
   */
  diff(options?: DiffOptions): Promise<GenerationsDiff>;
  /** Shows what waits for approval; the one there is when none is named. */
  approve(
    rebuildId: string | undefined,
    options: Pick<RebuildOptions, 'who' | 'retainHours'>,
    onProgress?: Report,
  ): Promise<RebuildResult>;
  /**
   * Asks a rebuild to stop; one that nobody is at, or that waits, ends at once and its generation is emptied.
   * `undefined` when there is none of that id.
   */
  cancel(rebuildId: string): Promise<RebuildRun | undefined>;
  /** @throws RollbackRefused, `RebuildBusy` */
  rollback(
    order: Omit<RollbackOrder, 'retainHours'> & { readonly retainHours?: number },
    onProgress?: Report,
  ): Promise<RollbackResult>;
  /** @throws `RebuildBusy` */
  prune(order: Omit<PruneOrder, 'now'>, onProgress?: Report): Promise<PruneResult>;
  /** The one that readers see first. */
  overview(): Promise<readonly GenerationOverview[]>;
  idle(): Promise<IdleGeneration>;
  /** Events that could not be applied and of which it is not known what portfolio they touch; the oldest ones. */
  rejected(limit: number): Promise<readonly { readonly position: number; readonly reason: string }[]>;
  readonly runs: Pick<RebuildRuns, 'find' | 'list' | 'open'>;
  /** All this in figures. */
  state(): Promise<OperationsState>;
  /** Changes of what readers see, the newest first. */
  flips: Generations['flips'];
}

export interface OperationsDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  /** Milliseconds. */
  readonly now: () => number;
  readonly pollMs: number;
  readonly retainHours?: number;
  readonly events?: ProjectorEvents;
  readonly lanes?: number;
}

export function createOperations(dependencies: OperationsDependencies): Operations {
  const { log, generations, now, pollMs, events, lanes } = dependencies;
  const retainHours = dependencies.retainHours ?? RETAIN_HOURS;

  /** Each operation has projectors of its own: what they remember is about the rows as they are now. */
  function parts() {
    const projectors = new Map<Slot, Projector>();
    const projectorOf = (slot: Slot): Projector => {
      const found =
        projectors.get(slot) ??
        createProjector({
          log,
          generation: generations.of(slot),
          ...(events === undefined ? {} : { events }),
          ...(lanes === undefined ? {} : { lanes }),
        });
      projectors.set(slot, found);
      return found;
    };
    return { log, generations, projectorOf };
  }

  return {
    rebuild(scope, onProgress, options = {}) {
      const { who = 'program', onStarted, rebuildId } = options;
      const started = onStarted === undefined ? {} : { onStarted };
      if (!scope.all) return rebuildKeys({ ...parts(), pollMs }, scope, { who, ...started }, onProgress);
      return rebuildAll(
        parts(),
        {
          ...(scope.knownAt === undefined ? {} : { knownAt: scope.knownAt }),
          approval: options.approval ?? { flip: 'always' },
          who,
          retainHours: options.retainHours ?? retainHours,
          ...started,
          ...(rebuildId === undefined ? {} : { rebuildId }),
        },
        onProgress,
      );
    },
    dryRun: (scope, materiality, onProgress) =>
      dryRun({ log, generations }, scope, materiality === undefined ? {} : { materiality }, onProgress),
    diff: (options) => diffWithIdle(generations, options),
    approve: (rebuildId, options, onProgress) =>
      approveRebuild(
        parts(),
        rebuildId,
        { who: options.who ?? 'program', retainHours: options.retainHours ?? retainHours },
        onProgress,
      ),
    async cancel(rebuildId) {
      const run = await generations.runs.cancel(rebuildId);
      if (run?.status !== 'cancelled') return run;
      if (run.slot === null) {
        // Where the marks are depends on whether there was a flip since.
        await Promise.all([
          generations.of('gen_a').withdraw(rebuildId),
          generations.of('gen_b').withdraw(rebuildId),
        ]);
        return run;
      }
      await discard(run.rebuildId);
      return run;
    },
    rollback: (order, onProgress) =>
      rollback(parts(), { ...order, retainHours: order.retainHours ?? retainHours }, onProgress),
    prune: (order, onProgress) =>
      prune(generations, { ...order, now: tryInstant(new Date(now()).toISOString())! }, onProgress),
    overview: () => generationsOverview(log, generations),
    idle: () => generations.idle(),
    rejected: async (limit) => generations.of(await generations.active()).rejected(limit),
    runs: generations.runs,
    state: () => operationsState(log, generations, now()),
    flips: (limit) => generations.flips(limit),
  };

  /** Nobody will show any more what the cancelled rebuild has made. */
  async function discard(rebuildId: string): Promise<void> {
    const idle = await generations.idle();
    if (idle.rebuildId !== rebuildId || (idle.state !== 'building' && idle.state !== 'built')) return;
    try {
      await prune(generations, {
        who: `cancel of ${rebuildId.slice(0, 8)}`,
        now: tryInstant(new Date(now()).toISOString())!,
        generation: 'now',
      });
    } catch (error) {
      // Whoever is running now has the generation, and empties it first.
      if (!(error instanceof Error && 'code' in error && error.code === 'rebuild_running')) throw error;
    }
  }
}

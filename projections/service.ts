/** The running projections: waiting for readers, status, rebuild and verification. */
import type { EventLog } from '../domain/log.ts';
import { FOLD_VERSION } from '../domain/books/version.ts';
import type { Generations, QueuedWork, Slot } from './generation.ts';
import { createIdleKeeper } from './idle.ts';
import { createLiveLoop } from './live-loop.ts';
import { createProjector } from './projector.ts';
import type { Progress, Projector, ProjectorEvents } from './projector.ts';
import { createOperations } from './operations.ts';
import type { Operations } from './operations.ts';
import { verify } from './verify/verify.ts';
import { createWaiting } from './waiting.ts';
import type { VerifyReport, VerifyScope } from './verify/verify.ts';
import type { Cause } from './register/model.ts';

export interface ProjectionStatus {
  readonly slot: Slot;
  /** The last position of the log, and the last one readers' tables hold with all before it. */
  readonly head: number;
  readonly position: number;
  readonly lagEvents: number;
  /** Age of the oldest event readers do not see yet; 0 when they see all. */
  readonly lagSeconds: number;
  readonly dirtyKeys: number;
  /** What waits to be folded, by what caused it. */
  readonly queue: readonly QueuedWork[];
  readonly quarantinedKeys: number;
  readonly pendingTransactions: number;
  /** Transactions whose sender computed another cost. */
  readonly costDiscrepancies: number;
  /** How many days the worst portfolio's last complete day is before its latest one. */
  readonly watermarkBehindDays: number;
  /** Portfolio-days that wait for a value or a rate, or come after one that does. */
  readonly incompleteDays: number;
  readonly foldVersion: number;
  /** Fold versions found in the rows; another than `foldVersion` asks for a rebuild. */
  readonly rowVersions: readonly number[];
}

export interface Projections extends Operations {
  /**
   * Resolves when readers' tables hold every effect up to `position`, of the portfolios where some are given;
   * rejects with `ProjectionTimeout`.
   */
  whenProjected(position: number, timeoutMs?: number, portfolioIds?: readonly string[]): Promise<void>;
  /** The portfolio that the event at a position is about, where it is about one. */
  portfolioAt(position: number): Promise<string | undefined>;
  status(): Promise<ProjectionStatus>;
  /** Starts the live loop of this process; several processes may run it on one database. */
  start(): void;
  stop(): Promise<void>;
  /** Tells the loop that something was appended, so that it need not wait for its next look. */
  wake(): void;
  /** Works in this call until everything committed when it was made is projected. */
  catchUp(onProgress?: (progress: Progress) => void): Promise<void>;
  verify(scope: VerifyScope, onProgress?: (progress: Progress) => void): Promise<VerifyReport>;
}

export interface ProjectionsOptions {
  readonly log: EventLog;
  readonly generations: Generations;
  /** Milliseconds, for lag. */
  readonly now: () => number;
  /** Milliseconds between looks for events of other processes; idle looks become up to 20 times rarer. */
  readonly pollMs: number;
  /**
   * The marks that the live loop of this process takes up; all, where none are given. A portfolio is always
   * folded whole, so that this decides who does the work and not what comes of it.
   */
  readonly causes?: readonly Cause[];
  /** How many transactions of this process fold at once; bounded by the connections of a generation. */
  readonly lanes?: number;
  /** How long a former generation is kept level after a flip. */
  readonly retainHours?: number;
  /** The program's version of the fold, `FOLD_VERSION` unless given. */
  readonly foldVersion?: number;
  readonly events?: ProjectorEvents;
  /** A failure of the loop, which goes on after a pause. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export function createProjections(options: ProjectionsOptions): Projections {
  const { log, generations, pollMs, now } = options;
  const projectors = new Map<Slot, Projector>();
  const liveProjectors = new Map<Slot, Projector>();
  let lastSlot: Slot | undefined;

  function newProjector(slot: Slot, causes?: readonly Cause[]): Projector {
    const { events, lanes } = options;
    return createProjector({
      log,
      generation: generations.of(slot),
      events: {
        ...events,
        folded(outcome, seconds) {
          waiting.news();
          events?.folded?.(outcome, seconds);
        },
      },
      ...(lanes === undefined ? {} : { lanes }),
      ...(causes === undefined ? {} : { causes }),
    });
  }

  function projectorOf(slot: Slot): Projector {
    // What a projector remembers of a generation is worth nothing once that was filled anew.
    if (slot !== lastSlot) {
      projectors.clear();
      liveProjectors.clear();
      lastSlot = slot;
    }
    const found = projectors.get(slot) ?? newProjector(slot);
    projectors.set(slot, found);
    return found;
  }

  function liveProjectorOf(slot: Slot): Projector {
    const all = projectorOf(slot);
    if (options.causes === undefined) return all;
    const found = liveProjectors.get(slot) ?? newProjector(slot, options.causes);
    liveProjectors.set(slot, found);
    return found;
  }

  let stopping = false;
  const keepIdle = createIdleKeeper({
    generations,
    now,
    // Nothing of it is seen, so that nothing of it is counted either.
    newProjector: (slot) =>
      createProjector({
        log,
        generation: generations.of(slot),
        lanes: 1,
        ...(options.causes === undefined ? {} : { causes: options.causes }),
      }),
  });
  const loop = createLiveLoop({
    step: async (ending) => {
      const done = await liveProjectorOf(await generations.active()).work(ending);
      if (done > 0) waiting.news();
      return done;
    },
    whenIdle: () => keepIdle(() => stopping),
    pollMs,
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  });

  /** How far readers are: everything registered, unless a mark still waits to be folded. */
  async function projectedPosition(portfolioIds?: readonly string[]): Promise<number> {
    const { position, oldestMark } = await generations.of(await generations.active()).projected(portfolioIds);
    return oldestMark === null ? position : Math.min(position, oldestMark - 1);
  }

  const waiting = createWaiting({ projected: projectedPosition, now });

  async function catchUp(onProgress?: (progress: Progress) => void): Promise<void> {
    const target = await log.head();
    for (;;) {
      const done = await projectorOf(await generations.active()).step(onProgress);
      if ((await projectedPosition()) >= target) return;
      if (done === 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  return {
    ...createOperations(options),
    start() {
      stopping = false;
      loop.start();
    },
    stop() {
      stopping = true;
      return loop.stop();
    },
    wake: () => loop.wake(),
    catchUp,
    async whenProjected(position, timeoutMs = DEFAULT_TIMEOUT_MS, portfolioIds) {
      loop.wake();
      await waiting.until(position, timeoutMs, portfolioIds);
    },
    async portfolioAt(position) {
      const event = await log.readAt(position);
      return event && 'portfolio_id' in event.data ? event.data.portfolio_id : undefined;
    },
    async status() {
      const slot = await generations.active();
      const generation = generations.of(slot);
      const [head, state, queue] = await Promise.all([log.head(), generation.state(), generation.queue()]);
      const position =
        state.oldestMark === null ? state.position : Math.min(state.position, state.oldestMark - 1);
      const next = position < head ? await log.readAt(position + 1) : undefined;
      return {
        slot,
        head,
        position,
        lagEvents: head - position,
        lagSeconds: next ? Math.max(0, (now() - Date.parse(next.recordedAt)) / 1000) : 0,
        dirtyKeys: state.dirtyKeys,
        queue,
        quarantinedKeys: state.quarantinedKeys,
        pendingTransactions: state.pendingTransactions,
        costDiscrepancies: state.costDiscrepancies,
        watermarkBehindDays: state.watermarkBehindDays,
        incompleteDays: state.incompleteDays,
        foldVersion: options.foldVersion ?? FOLD_VERSION,
        rowVersions: state.foldVersions,
      };
    },
    verify: (scope, onProgress) => verify({ log, generations }, scope, onProgress),
  };
}

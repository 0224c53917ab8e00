/** The running projections: live loop, waiting for readers, status, rebuild and verification. */
import type { EventLog } from '../domain/log.ts';
import { FOLD_VERSION } from '../domain/books/version.ts';
import { day } from '../domain/dates.ts';
import type { Generations, Slot } from './generation.ts';
import { createProjector } from './projector.ts';
import type { Progress, Projector, ProjectorEvents } from './projector.ts';
import { rebuildAll } from './rebuild/rebuild.ts';
import type { RebuildResult } from './rebuild/rebuild.ts';
import { verify } from './verify/verify.ts';
import type { VerifyReport, VerifyScope } from './verify/verify.ts';
import { FROM_INCEPTION } from './register/model.ts';
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

export interface RebuildScope {
  /** A whole new generation; otherwise the keys named are folded again into new epochs. */
  readonly all?: boolean;
  readonly portfolioId?: string;
  readonly securityId?: string;
  /** ISO date: only from this day on. */
  readonly from?: string;
}

/** Waiting for readers took longer than the caller allowed. */
export class ProjectionTimeout extends Error {
  readonly code = 'projection_timeout';
  override readonly name = 'ProjectionTimeout';
  constructor(position: number, timeoutMs: number) {
    super(`position ${position} was not projected within ${timeoutMs} ms`);
  }
}

export interface Projections {
  /** Resolves when readers' tables hold every effect up to `position`; rejects with `ProjectionTimeout`. */
  whenProjected(position: number, timeoutMs?: number): Promise<void>;
  status(): Promise<ProjectionStatus>;
  /** Starts the live loop of this process; several processes may run it on one database. */
  start(): void;
  stop(): Promise<void>;
  /** Tells the loop that something was appended, so that it need not wait for its next look. */
  wake(): void;
  /** Works in this call until everything committed when it was made is projected. */
  catchUp(onProgress?: (progress: Progress) => void): Promise<void>;
  rebuild(scope: RebuildScope, onProgress?: (progress: Progress) => void): Promise<RebuildResult>;
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
  readonly events?: ProjectorEvents;
  /** A failure of the loop, which goes on after a pause. */
  readonly onError?: (error: unknown) => void;
}

const IDLE_FACTOR = 20;
const PAUSE_AFTER_ERROR_MS = 1_000;
const DEFAULT_TIMEOUT_MS = 30_000;

export function createProjections(options: ProjectionsOptions): Projections {
  const { log, generations, pollMs, now } = options;
  const projectors = new Map<Slot, Projector>();
  const liveProjectors = new Map<Slot, Projector>();
  let loop: Promise<void> | undefined;
  let stopping = false;
  let wakeUp: (() => void) | undefined;
  let woken = false;

  function projectorOf(slot: Slot): Projector {
    const found = projectors.get(slot) ?? createProjector(log, generations.of(slot), options.events);
    projectors.set(slot, found);
    return found;
  }

  function liveProjectorOf(slot: Slot): Projector {
    if (options.causes === undefined) return projectorOf(slot);
    const found =
      liveProjectors.get(slot) ?? createProjector(log, generations.of(slot), options.events, options.causes);
    liveProjectors.set(slot, found);
    return found;
  }

  function pause(ms: number): Promise<void> {
    if (woken || stopping) {
      woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakeUp = undefined;
        woken = false;
        resolve();
      };
      const timer = setTimeout(done, ms);
      wakeUp = done;
    });
  }

  function wake(): void {
    woken = true;
    wakeUp?.();
  }

  async function run(): Promise<void> {
    let idle = 1;
    while (!stopping) {
      try {
        const done = await liveProjectorOf(await generations.active()).step();
        idle = done > 0 ? 1 : Math.min(idle * 1.5, IDLE_FACTOR);
        if (done === 0) await pause(pollMs * idle);
      } catch (error) {
        options.onError?.(error);
        await pause(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  /** How far readers are: everything registered, unless a mark still waits to be folded. */
  async function projectedPosition(): Promise<number> {
    const { position, oldestMark } = await generations.of(await generations.active()).state();
    return oldestMark === null ? position : Math.min(position, oldestMark - 1);
  }

  async function catchUp(onProgress?: (progress: Progress) => void): Promise<void> {
    const target = await log.head();
    for (;;) {
      const done = await projectorOf(await generations.active()).step(onProgress);
      if ((await projectedPosition()) >= target) return;
      if (done === 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  return {
    start() {
      stopping = false;
      loop ??= run();
    },
    async stop() {
      stopping = true;
      wake();
      await loop;
      loop = undefined;
    },
    wake,
    catchUp,
    async whenProjected(position, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const deadline = now() + timeoutMs;
      wake();
      for (let wait = 1; (await projectedPosition()) < position; wait = Math.min(wait * 2, 10)) {
        if (now() >= deadline) throw new ProjectionTimeout(position, timeoutMs);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
    async status() {
      const slot = await generations.active();
      const [head, state] = await Promise.all([log.head(), generations.of(slot).state()]);
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
        quarantinedKeys: state.quarantinedKeys,
        pendingTransactions: state.pendingTransactions,
        costDiscrepancies: state.costDiscrepancies,
        watermarkBehindDays: state.watermarkBehindDays,
        incompleteDays: state.incompleteDays,
        foldVersion: FOLD_VERSION,
        rowVersions: state.foldVersions,
      };
    },
    async rebuild(scope, onProgress) {
      if (scope.all) return rebuildAll({ log, generations, projectorOf }, onProgress);
      const started = now();
      const generation = generations.of(await generations.active());
      const keys = await generation.order({
        ...(scope.portfolioId === undefined ? {} : { portfolioId: scope.portfolioId }),
        ...(scope.securityId === undefined ? {} : { securityId: scope.securityId }),
        fromDay: scope.from === undefined ? FROM_INCEPTION : day(scope.from),
        position: await log.head(),
      });
      let rows = 0;
      const projector = projectorOf(generation.slot);
      while ((await generation.state()).orders > 0) {
        const done = await projector.step((progress) => {
          rows = progress.rows ?? rows;
          onProgress?.(progress);
        });
        // Another process holds the portfolios; it folds the orders as well.
        if (done === 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
      const seconds = (now() - started) / 1000;
      return { slot: generation.slot, keys, rows, seconds, rowsPerSecond: rows / Math.max(seconds, 1e-3) };
    },
    verify: (scope, onProgress) => verify({ log, generations }, scope, onProgress),
  };
}

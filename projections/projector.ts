/** Keeps one generation up to date with the log: registers events, folds what they made dirty. */
import { setTimeout as after } from 'node:timers/promises';
import type { EventLog, StoredEvent } from '../domain/log.ts';
import type { FoldOutcome } from './fold/fold-portfolios.ts';
import { createLanes } from './fold/lanes.ts';
import type { Generation } from './generation.ts';
import type { Cause } from './register/model.ts';
import { createRegisterDriver } from './register/drive.ts';

/**
 * After so many rows the statistics of the tables are too old to plan by, and nobody else may be in time;
 * again each time as many have come as there were, so that a steady trickle hardly ever pays for it.
 */
const ANALYZE_AFTER_ROWS = 20_000;
/** Transactions at once unless said otherwise: two keep a processor and a disk busy, one is the express. */
const LANES = 3;
/** A long backlog is folded in slices of so many milliseconds, so that a flip in between is noticed. */
const SLICE_MS = 2_000;
/** Milliseconds between looks at the log while a backlog is folded. */
const REGISTER_EVERY_MS = 15;

export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly rows?: number;
}

export interface ProjectorEvents {
  registered?(events: readonly StoredEvent[]): void;
  folded?(outcome: FoldOutcome, seconds: number): void;
}

export interface Projector {
  /**
   * Registers and folds what there is now, once.
   * @param upTo register no further than here; a position at which the log's head was seen
   * @returns how much was done; 0 when there was nothing, or others are at it.
   */
  step(onProgress?: (progress: Progress) => void, upTo?: number): Promise<number>;
  /**
   * The same for a process that lives on: events go on being registered while a backlog is folded, and
   * after a while, or once `stopping` says so, it returns with work left.
   */
  work(stopping: () => boolean): Promise<number>;
}

export interface ProjectorOptions {
  readonly log: EventLog;
  readonly generation: Generation;
  readonly events?: ProjectorEvents;
  /** The marks this projector takes up; all, where none are given. */
  readonly causes?: readonly Cause[];
  /** Transactions that fold at once. */
  readonly lanes?: number;
}

export function createProjector({
  log,
  generation,
  events = {},
  causes,
  lanes: count = LANES,
}: ProjectorOptions): Projector {
  const driver = createRegisterDriver(log, generation.register, (batch) => events.registered?.(batch));
  const lanes = createLanes({
    store: generation.fold,
    count,
    ...(causes === undefined ? {} : { causes }),
    folded: (outcome, seconds) => events.folded?.(outcome, seconds),
  });
  let unanalyzed = 0;
  let analyzed = 0;

  async function fold(ending: () => boolean, onProgress?: (progress: Progress) => void): Promise<number> {
    const { done, rows } = await lanes.run(
      ending,
      onProgress && ((progress) => onProgress({ phase: 'fold', ...progress })),
    );
    unanalyzed += rows;
    if (unanalyzed >= Math.max(ANALYZE_AFTER_ROWS, analyzed)) {
      analyzed += unanalyzed;
      unanalyzed = 0;
      await generation.analyze();
    }
    return done;
  }

  /** Registers from time to time until the promise is settled. */
  async function registerBeside(folding: Promise<unknown>): Promise<number> {
    let registered = 0;
    const waiting = new AbortController();
    const { signal } = waiting;
    const end = () => waiting.abort();
    const over = folding.then(end, end);
    const paused = async () => {
      await after(REGISTER_EVERY_MS, undefined, { signal }).catch(() => undefined);
      return !signal.aborted;
    };
    while (await paused()) {
      const now = await driver.run();
      if (now > 0) lanes.nudge();
      registered += now;
    }
    await over;
    return registered;
  }

  return {
    async step(onProgress, upTo) {
      const registered = await driver.run(
        (done, total) => onProgress?.({ phase: 'register', done, total }),
        upTo,
      );
      return registered + (await fold(() => false, onProgress));
    },
    async work(stopping) {
      const registered = await driver.run();
      const until = performance.now() + SLICE_MS;
      let failed = false;
      const folding = fold(() => failed || stopping() || performance.now() > until);
      const beside = registerBeside(folding).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      const [folded, more] = await Promise.allSettled([folding, beside]);
      if (folded.status === 'rejected') throw folded.reason;
      if (more.status === 'rejected') throw more.reason;
      return registered + folded.value + more.value;
    },
  };
}

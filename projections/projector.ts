/** Keeps one generation up to date with the log: registers events, folds what they made dirty. */
import type { EventLog, StoredEvent } from '../domain/log.ts';
import { foldPortfolios } from './fold/fold-portfolios.ts';
import type { FoldOutcome } from './fold/fold-portfolios.ts';
import type { Generation } from './generation.ts';
import type { Cause } from './register/model.ts';
import { createRegisterDriver } from './register/drive.ts';

/** How many portfolios one look at the work takes in, and how many marks one transaction folds. */
const LOOK = 256;
const MARKS_PER_TRANSACTION = 500;
/**
 * After so many rows the statistics of the tables are too old to plan by, and nobody else may be in time;
 * again each time as many have come as there were, so that a steady trickle hardly ever pays for it.
 */
const ANALYZE_AFTER_ROWS = 20_000;

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
   * @returns how much was done; 0 when there was nothing, or others are at it.
   */
  step(onProgress?: (progress: Progress) => void): Promise<number>;
}

/** @param causes the marks this projector takes up; all, where none are given */
export function createProjector(
  log: EventLog,
  generation: Generation,
  events: ProjectorEvents = {},
  causes?: readonly Cause[],
): Projector {
  const driver = createRegisterDriver(log, generation.register, (batch) => events.registered?.(batch));

  let unanalyzed = 0;
  let analyzed = 0;

  async function fold(onProgress?: (progress: Progress) => void): Promise<number> {
    let folded = 0;
    let rows = 0;
    for (;;) {
      const dirty = await generation.fold.dirtyPortfolios(LOOK, causes);
      if (dirty.length === 0) return folded;
      let claimed = 0;
      for (const batch of batches(dirty)) {
        const started = performance.now();
        const report = (now: number) =>
          onProgress?.({
            phase: 'fold',
            done: folded + claimed,
            total: folded + dirty.length,
            rows: rows + now,
          });
        const outcome = await generation.fold.transaction((session) =>
          foldPortfolios(session, batch, report),
        );
        events.folded?.(outcome, (performance.now() - started) / 1000);
        claimed += outcome.portfolios;
        rows += outcome.rows;
        unanalyzed += outcome.rows;
        report(0);
      }
      // Every portfolio is in other workers' hands: they will see to it.
      if (claimed === 0) return folded;
      folded += claimed;
      // A short look has seen all there was; what has come since belongs to the next step.
      if (dirty.length < LOOK) return folded;
    }
  }

  return {
    async step(onProgress) {
      const registered = await driver.run((done, total) => onProgress?.({ phase: 'register', done, total }));
      const folded = await fold(onProgress);
      if (unanalyzed >= Math.max(ANALYZE_AFTER_ROWS, analyzed)) {
        analyzed += unanalyzed;
        unanalyzed = 0;
        await generation.analyze();
      }
      return registered + folded;
    },
  };
}

/** Few marks fold together; a portfolio with many has a transaction of its own. */
function* batches(dirty: readonly { portfolioNo: number; marks: number }[]): Generator<number[]> {
  let batch: number[] = [];
  let marks = 0;
  for (const portfolio of dirty) {
    if (batch.length > 0 && marks + portfolio.marks > MARKS_PER_TRANSACTION) {
      yield batch;
      batch = [];
      marks = 0;
    }
    batch.push(portfolio.portfolioNo);
    marks += portfolio.marks;
  }
  if (batch.length > 0) yield batch;
}

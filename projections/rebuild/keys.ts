/**
 * Folding named keys again in the generation that readers see. The order is a set of marks, so that any
 * process may fold them: a run whose own process dies is finished by the others.
 */
import { setTimeout as after } from 'node:timers/promises';
import { day } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Progress, Projector } from '../projector.ts';
import { FROM_INCEPTION } from '../register/model.ts';
import { RebuildCancelled } from './rebuild.ts';
import type { RebuildResult } from './rebuild.ts';
import type { RebuildRun, RebuildScope } from './runs.ts';

export interface KeysDependencies {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projectorOf: (slot: Slot) => Projector;
  /** Milliseconds between looks while others are at the rest. */
  readonly pollMs: number;
}

export interface KeysOrder {
  readonly who: string;
  readonly onStarted?: (run: RebuildRun) => void;
}

const NOTE_EVERY_MS = 500;

/**
 * @throws RebuildCancelled when it was asked to stop: keys that are not folded by then stay as they are
 */
export async function rebuildKeys(
  { log, generations, projectorOf, pollMs }: KeysDependencies,
  scope: RebuildScope,
  { who, onStarted }: KeysOrder,
  onProgress?: (progress: Progress) => void,
): Promise<RebuildResult> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const slot = await generations.active();
  const generation = generations.of(slot);
  const { runs } = generations;
  const run = await runs.create({ scope, slot: null, approval: { flip: 'always' }, who });
  const { rebuildId } = run;
  onStarted?.(run);
  let rows = 0;
  let noted = 0;
  try {
    const keys = await generation.order({
      ...(scope.portfolioId === undefined ? {} : { portfolioId: scope.portfolioId }),
      ...(scope.securityId === undefined ? {} : { securityId: scope.securityId }),
      fromDay: scope.from === undefined ? FROM_INCEPTION : day(scope.from),
      position: await log.head(),
      rebuildId,
    });
    const projector = projectorOf(slot);
    for (;;) {
      const waiting = await generation.waiting(rebuildId);
      onProgress?.({ phase: 'fold', done: keys - waiting, total: keys, rows });
      if (waiting === 0 || performance.now() - noted >= NOTE_EVERY_MS) {
        noted = performance.now();
        const progress = {
          done: keys - waiting,
          keysWritten: keys - waiting,
          rowsWritten: rows,
          seconds: seconds(),
        };
        if ((await runs.note(rebuildId, progress)).cancelRequested) {
          await generation.withdraw(rebuildId);
          throw new RebuildCancelled(`cancelled: ${waiting} of ${keys} keys stay as they are`);
        }
      }
      if (waiting === 0) break;
      let written = 0;
      const done = await projector.step((progress) => {
        written = progress.rows ?? written;
        onProgress?.({ phase: 'fold', done: keys - waiting, total: keys, rows: rows + written });
      });
      rows += written;
      // Other processes hold the portfolios; they fold the orders as well.
      if (done === 0) await after(pollMs);
    }
    await runs.note(rebuildId, {
      status: 'completed',
      phase: 'done',
      rowsWritten: rows,
      keysWritten: keys,
      seconds: seconds(),
    });
    return {
      rebuildId,
      status: 'completed',
      slot,
      keys,
      rows,
      seconds: seconds(),
      rowsPerSecond: rows / Math.max(seconds(), 1e-3),
      report: null,
      resumed: false,
    };
  } catch (error) {
    await runs
      .note(rebuildId, {
        status: error instanceof RebuildCancelled ? 'cancelled' : 'failed',
        error: error instanceof Error ? error.message : String(error),
        seconds: seconds(),
      })
      // Without the database its end cannot be noted either; the marks are folded all the same.
      .catch(() => undefined);
    throw error;
  }
}

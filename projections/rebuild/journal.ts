/** What a rebuild puts on record while it goes on, and hears from there: where it is, and whether it is to end. */
import type { Progress } from '../projector.ts';
import { RebuildCancelled } from './outcome.ts';
import type { RebuildNote, RebuildPhase, RebuildRun, RebuildRuns } from './runs.ts';

export interface Journal {
  /** Aborted, with `RebuildCancelled` as its reason, once cancelling is asked for. */
  readonly signal: AbortSignal;
  /** Begins a phase. Rejects with `RebuildCancelled` when cancelling is asked for. */
  enter(phase: RebuildPhase, note?: RebuildNote): Promise<void>;
  /** Notes progress in the phase, at most twice a second. */
  progress(done: number, total: number): void;
  /** Adds to what was written. */
  wrote(rows: number, keys: number): void;
  totals(): { readonly rows: number; readonly keys: number; readonly seconds: number };
  /** Notes what is left to be noted, and the given besides. */
  close(note: RebuildNote): Promise<void>;
}

const EVERY_MS = 500;

export function createJournal(
  runs: RebuildRuns,
  run: RebuildRun,
  onProgress: ((progress: Progress) => void) | undefined,
): Journal {
  const started = performance.now();
  const abort = new AbortController();
  let [phase, done, total] = [run.phase, 0, 0];
  let [rows, keys] = [run.rowsWritten, run.keysWritten];
  let noted = -Infinity;
  let noting: Promise<void> = Promise.resolve();

  const seconds = () => run.seconds + (performance.now() - started) / 1000;
  const totals = () => ({ rows, keys, seconds: seconds() });

  async function note(more: RebuildNote = {}): Promise<void> {
    noted = performance.now();
    const { cancelRequested } = await runs.note(run.rebuildId, {
      phase,
      done,
      total,
      rowsWritten: rows,
      keysWritten: keys,
      seconds: seconds(),
      ...more,
    });
    if (cancelRequested) abort.abort(new RebuildCancelled('cancelled on request'));
  }

  function show(): void {
    onProgress?.({ phase, done, total, ...(phase === 'fold' ? { rows } : {}) });
    if (performance.now() - noted < EVERY_MS) return;
    noted = performance.now();
    // One at a time, in their order. A failure is met again by whatever the rebuild does next.
    noting = noting.then(() => note()).catch(() => undefined);
  }

  return {
    signal: abort.signal,
    async enter(next, more) {
      await noting;
      [phase, done, total] = [next, 0, 0];
      await note(more);
      abort.signal.throwIfAborted();
      onProgress?.({ phase, done, total });
    },
    progress(nowDone, nowTotal) {
      [done, total] = [nowDone, nowTotal];
      show();
    },
    wrote(moreRows, moreKeys) {
      rows += moreRows;
      keys += moreKeys;
      show();
    },
    totals,
    async close(more) {
      await noting;
      await note(more);
    },
  };
}

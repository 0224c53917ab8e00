/** How far a rebuild is as a whole, and how long it will take. */
import type { RebuildPhase, RebuildRun } from './runs.ts';

/** The parts of the whole that the phases usually take; of these the last two hardly any. */
const SHARES: readonly (readonly [phase: RebuildPhase, share: number])[] = [
  ['facts', 0.12],
  ['fold', 0.6],
  ['keys', 0.14],
  ['catch up', 0.03],
  ['verify', 0.08],
  ['diff', 0.02],
  ['flip', 0.01],
];

/** From 0 to 1. A rebuild of named keys is nothing but its fold. */
export function wholeDone(whole: boolean, phase: string, done: number, total: number): number {
  const within = total > 0 ? Math.min(1, done / total) : 0;
  if (phase === 'done') return 1;
  if (!whole) return phase === 'fold' ? within : 0;
  let before = 0;
  for (const [name, share] of SHARES) {
    if (name === phase) return before + share * within;
    before += share;
  }
  return 0;
}

export interface Outlook {
  /** From 0 to 1. */
  readonly progress: number;
  readonly rowsPerSecond: number;
  /** Seconds; `null` while it cannot be told, or when it is over. */
  readonly etaSeconds: number | null;
}

export function outlookOf(run: RebuildRun): Outlook {
  const progress =
    run.status === 'completed' || run.status === 'awaiting_approval'
      ? 1
      : wholeDone(run.scope.all === true, run.phase, run.done, run.total);
  const rowsPerSecond = run.seconds > 0 ? run.rowsWritten / run.seconds : 0;
  const told = run.status === 'running' && !run.interrupted && progress > 0.01 && run.seconds > 0;
  return {
    progress,
    rowsPerSecond,
    etaSeconds: told ? (run.seconds * (1 - progress)) / progress : null,
  };
}

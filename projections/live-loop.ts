/**
 * The loop in which a process keeps the active generation level with the log: a step, and another at once
 * while there is work; a pause, growing while there is none, that an append in this process cuts short.
 */
import { setTimeout as after } from 'node:timers/promises';

export interface LiveLoop {
  start(): void;
  /** Lets the step under way end, then resolves. */
  stop(): Promise<void>;
  /** Ends the pause: something was appended. */
  wake(): void;
}

export interface LiveLoopOptions {
  /**
   * Registers and folds what there is; ends early once `stopping` says so.
   * @returns how much was done
   */
  readonly step: (stopping: () => boolean) => Promise<number>;
  /** Work for when the active generation has nothing to do. @returns how much was done */
  readonly whenIdle?: () => Promise<number>;
  /** Milliseconds between looks for events of other processes; idle looks become up to 20 times rarer. */
  readonly pollMs: number;
  /** A failure of a step; the loop goes on after a pause. */
  readonly onError?: (error: unknown) => void;
}

const IDLE_FACTOR = 20;
const PAUSE_AFTER_ERROR_MS = 1_000;

export function createLiveLoop({ step, whenIdle, pollMs, onError }: LiveLoopOptions): LiveLoop {
  let loop: Promise<void> | undefined;
  let stopping = false;
  let woken = false;
  let pausing: AbortController | undefined;

  async function pause(ms: number): Promise<void> {
    if (!woken && !stopping) {
      pausing = new AbortController();
      await after(ms, undefined, { signal: pausing.signal }).catch(() => undefined);
      pausing = undefined;
    }
    woken = false;
  }

  function wake(): void {
    woken = true;
    pausing?.abort();
  }

  async function run(): Promise<void> {
    let idle = 1;
    while (!stopping) {
      try {
        let done = await step(() => stopping);
        // Whatever came in meanwhile is looked at before the idle work goes on.
        if (done === 0 && whenIdle !== undefined && !woken) done = await whenIdle();
        idle = done > 0 ? 1 : Math.min(idle * 1.5, IDLE_FACTOR);
        if (done === 0) await pause(pollMs * idle);
      } catch (error) {
        onError?.(error);
        await pause(PAUSE_AFTER_ERROR_MS);
      }
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
  };
}

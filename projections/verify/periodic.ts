/** Verification that repeats itself beside whatever the process serves. */
import type { VerifyReport } from './verify.ts';

export interface PeriodicVerification {
  /** Resolves when the one under way, if any, has ended. */
  stop(): Promise<void>;
}

export interface VerificationOutcome {
  readonly report: VerifyReport;
  /** Seconds it took. */
  readonly seconds: number;
  /** Milliseconds since 1970, when it ended. */
  readonly at: number;
}

export interface PeriodicOptions {
  readonly verify: () => Promise<VerifyReport>;
  /** Milliseconds between the end of one and the beginning of the next; the first one begins soon after the start. */
  readonly everyMs: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onReport: (outcome: VerificationOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/** What a program that has just been started makes of the log is worth knowing; its start is not delayed by it. */
const FIRST_MS = 10_000;
/** The longest that a timer of the runtime waits. */
const MOST_MS = 2 ** 31 - 1;

export function startPeriodicVerification(options: PeriodicOptions): PeriodicVerification {
  let stopped = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function once(): Promise<void> {
    const started = options.now();
    try {
      const report = await options.verify();
      const at = options.now();
      options.onReport({ report, seconds: (at - started) / 1000, at });
    } catch (error) {
      options.onError(error);
    }
  }

  function schedule(afterMs: number): void {
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = once().finally(() => schedule(options.everyMs));
      },
      Math.min(afterMs, MOST_MS),
    );
    // It keeps no process alive by itself.
    timer.unref();
  }

  schedule(Math.min(options.everyMs, FIRST_MS));
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

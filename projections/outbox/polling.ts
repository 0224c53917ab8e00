/** A loop that looks for work: at once after it found some, ever more rarely while there is none. */

export interface Polling {
  start(): void;
  /** Waits for the step in hand. */
  stop(): Promise<void>;
  /** There may be work: the loop need not wait for its next look. */
  wake(): void;
}

export interface PollingOptions {
  /** Does what there is to do, in bounded measure, and tells how much it was; 0 ends in a pause. */
  readonly step: () => Promise<number>;
  /** Milliseconds until the first look after one that found nothing. */
  readonly pollMs: number;
  /** A failed step; the loop goes on after a pause. */
  readonly onError: (error: unknown) => void;
}

/** Looks that find nothing become rarer up to this many times `pollMs`. */
const IDLE_FACTOR = 20;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;

/**
 * Milliseconds to wait after a number of failures in a row: half of it doubles up to a bound, half is chance,
 * so that processes that lost the same server do not all come back to it at once.
 */
export function retryDelay(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return full / 2 + (random() * full) / 2;
}

export function createPolling({ step, pollMs, onError }: PollingOptions): Polling {
  let loop: Promise<void> | undefined;
  let stopping = false;
  let woken = false;
  let endPause: (() => void) | undefined;

  /** @returns whether news came before or in it */
  function pause(ms: number, deaf: boolean): Promise<boolean> {
    if (stopping || (woken && !deaf)) return Promise.resolve(woken);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        endPause = undefined;
        resolve(woken);
      };
      const timer = setTimeout(end, ms);
      // After a failure news of more work is no reason to try sooner.
      endPause = () => {
        if (!deaf || stopping) end();
      };
    });
  }

  async function run(): Promise<void> {
    let idle = 1;
    let failures = 0;
    while (!stopping) {
      woken = false;
      try {
        const done = await step();
        failures = 0;
        if (done > 0) idle = 1;
        else {
          const hurried = await pause(pollMs * idle, false);
          idle = hurried ? 1 : Math.min(idle * 1.5, IDLE_FACTOR);
        }
      } catch (error) {
        failures += 1;
        onError(error);
        await pause(retryDelay(failures), true);
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
      endPause?.();
      await loop;
      loop = undefined;
    },
    wake() {
      woken = true;
      endPause?.();
    },
  };
}

/** So many requests a minute and no more, whoever asks. */

export interface RateLimit {
  /** Resolves when the next request may be made. */
  turn(signal: AbortSignal): Promise<void>;
}

export interface Clock {
  /** Milliseconds. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const MINUTE_MS = 60_000;

/** Any minute, wherever it begins, has at most so many requests; they may come together. */
export function createRateLimit(perMinute: number, { now, wait }: Clock): RateLimit {
  const made: number[] = [];
  let tail: Promise<unknown> = Promise.resolve();
  async function next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const oldest = made.length < perMinute ? undefined : made.shift();
    if (oldest !== undefined && oldest + MINUTE_MS > now()) await wait(oldest + MINUTE_MS - now(), signal);
    made.push(now());
  }
  return {
    turn(signal) {
      const turn = tail.then(() => next(signal));
      tail = turn.catch(() => undefined);
      return turn;
    },
  };
}

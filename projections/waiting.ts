/** Waiting until readers have an event: looked for now and then, and at once when this process has folded. */
import { setTimeout as after } from 'node:timers/promises';

/** Waiting for readers took longer than the caller allowed. */
export class ProjectionTimeout extends Error {
  readonly code = 'projection_timeout';
  override readonly name = 'ProjectionTimeout';
  constructor(position: number, timeoutMs: number) {
    super(`position ${position} was not projected within ${timeoutMs} ms`);
  }
}

export interface Waiting {
  /** Resolves when readers have everything up to the position, of the portfolios where some are given. */
  until(position: number, timeoutMs: number, portfolioIds?: readonly string[]): Promise<void>;
  /** Something was registered or folded here: whoever waits looks again. */
  news(): void;
}

/** Milliseconds between looks, for what other processes do. */
const FIRST_LOOK_MS = 2;
const LAST_LOOK_MS = 20;

export function createWaiting(options: {
  /** How far readers are, as a whole or with some portfolios. */
  readonly projected: (portfolioIds?: readonly string[]) => Promise<number>;
  /** Milliseconds. */
  readonly now: () => number;
}): Waiting {
  const { projected, now } = options;
  let news = new AbortController();

  return {
    news() {
      const told = news;
      news = new AbortController();
      told.abort();
    },
    async until(position, timeoutMs, portfolioIds) {
      const deadline = now() + timeoutMs;
      for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
        // Taken before the look: news that comes during it must not be missed.
        const { signal } = news;
        if ((await projected(portfolioIds)) >= position) return;
        if (now() >= deadline) throw new ProjectionTimeout(position, timeoutMs);
        await after(wait, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

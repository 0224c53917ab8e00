/** Token buckets: so many requests a second for each caller, and a burst of them at once. */
import type { Allowance } from './access.ts';

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** Takes one, where there is one. */
  spend(who: string): Allowance;
  /** What `spend` would say, without taking. */
  look(who: string): Allowance;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Callers remembered; the one not heard of for longest is forgotten, and starts anew with a full bucket. */
const MOST_CALLERS = 10_000;

/** @param now Unix milliseconds */
export function createRateLimiter(
  { perSecond, burst }: Rate,
  now: () => number,
  mostCallers = MOST_CALLERS,
): RateLimiter {
  const buckets = new Map<string, Bucket>();

  function filled(who: string): Bucket {
    const at = now();
    const known = buckets.get(who);
    if (!known) return { tokens: burst, at };
    const since = Math.max(0, at - known.at) / 1_000;
    return { tokens: Math.min(burst, known.tokens + since * perSecond), at };
  }

  function keep(who: string, bucket: Bucket): void {
    // Set anew, it is the last one in the order in which a map is walked.
    buckets.delete(who);
    if (buckets.size >= mostCallers) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    buckets.set(who, bucket);
  }

  function allowance(tokens: number, allowed: boolean): Allowance {
    return {
      allowed,
      limit: burst,
      remaining: Math.floor(tokens),
      retryAfter: tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond),
    };
  }

  return {
    spend(who) {
      const bucket = filled(who);
      const allowed = bucket.tokens >= 1;
      if (allowed) bucket.tokens -= 1;
      keep(who, bucket);
      return allowance(bucket.tokens, allowed);
    },
    look(who) {
      const { tokens } = filled(who);
      return allowance(tokens, tokens >= 1);
    },
  };
}

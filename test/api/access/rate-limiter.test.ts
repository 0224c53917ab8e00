import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../../api/access/rate-limiter.ts';

describe('a rate limiter', () => {
  it('lets a burst through, then so many a second, and says when to come again', () => {
    let now = 0;
    const limiter = createRateLimiter({ perSecond: 2, burst: 3 }, () => now);
    const spend = () => limiter.spend('a');
    expect([spend(), spend(), spend()].map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
    ]);
    expect(spend()).toEqual({ allowed: false, limit: 3, remaining: 0, retryAfter: 1 });
    // Half a second makes one.
    now += 500;
    expect([spend().allowed, spend().allowed]).toEqual([true, false]);
    // Nobody saves up more than a burst, and nobody pays for another.
    now += 3_600_000;
    expect([spend(), spend(), spend(), spend()].map(({ allowed }) => allowed)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(limiter.spend('b').allowed).toBe(true);
  });

  it('waits longer than a second where less than one comes in a second', () => {
    const limiter = createRateLimiter({ perSecond: 1 / 6, burst: 1 }, () => 0);
    limiter.spend('a');
    expect(limiter.look('a')).toMatchObject({ allowed: false, retryAfter: 6 });
  });

  it('remembers so many callers, and forgets the one not heard of for longest', () => {
    const limiter = createRateLimiter({ perSecond: 1, burst: 1 }, () => 0, 2);
    limiter.spend('a');
    limiter.spend('b');
    limiter.spend('a');
    limiter.spend('c');
    expect([limiter.look('a').allowed, limiter.look('b').allowed, limiter.look('c').allowed]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('never lets more through in any time than a burst and the rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (perSecond, burst, waits) => {
          let now = 0;
          const limiter = createRateLimiter({ perSecond, burst }, () => now);
          const allowed: number[] = [];
          for (const wait of waits) {
            now += wait;
            if (limiter.spend('a').allowed) allowed.push(now);
          }
          for (const [i, from] of allowed.entries())
            for (const [j, to] of allowed.entries())
              if (j >= i)
                expect(j - i + 1).toBeLessThanOrEqual(burst + ((to - from) / 1_000) * perSecond + 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });
});

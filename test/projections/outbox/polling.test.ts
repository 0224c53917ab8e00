import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolling, retryDelay } from '../../../projections/outbox/polling.ts';

describe('a polling loop', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks again at once after it found work, and ever more rarely while there is none', async () => {
    const work = [3, 1, 0, 0, 0];
    const looks: number[] = [];
    const started = Date.now();
    const polling = createPolling({
      step: () => {
        looks.push(Date.now() - started);
        return Promise.resolve(work.shift() ?? 0);
      },
      pollMs: 100,
      onError: (error) => expect.unreachable(String(error)),
    });
    polling.start();
    await vi.advanceTimersByTimeAsync(500);
    expect(looks).toEqual([0, 0, 0, 100, 250, 475]);
    await vi.advanceTimersByTimeAsync(60_000);
    const before = looks.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(looks.length - before).toBe(10);
    await polling.stop();
  });

  it('is woken, and then looks often again', async () => {
    let looks = 0;
    const polling = createPolling({
      step: () => {
        looks += 1;
        return Promise.resolve(0);
      },
      pollMs: 100,
      onError: (error) => expect.unreachable(String(error)),
    });
    polling.start();
    await vi.advanceTimersByTimeAsync(60_000);
    const before = looks;
    polling.wake();
    await vi.advanceTimersByTimeAsync(1);
    expect(looks).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(looks).toBe(before + 2);
    await polling.stop();
  });

  it('goes on after failures, not hurried by news', async () => {
    let looks = 0;
    const errors: unknown[] = [];
    const polling = createPolling({
      step: () => {
        looks += 1;
        return looks <= 2 ? Promise.reject(new Error('away')) : Promise.resolve(0);
      },
      pollMs: 100,
      onError: (error) => errors.push(error),
    });
    polling.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toHaveLength(1);
    polling.wake();
    await vi.advanceTimersByTimeAsync(50);
    expect(looks).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(errors).toHaveLength(2);
    expect(looks).toBeGreaterThan(2);
    await polling.stop();
  });

  it('stops after the step in hand, and at once from a pause', async () => {
    let finish = (): void => undefined;
    let looks = 0;
    const polling = createPolling({
      step: () => {
        looks += 1;
        return new Promise((resolve) => {
          finish = () => {
            resolve(1);
          };
        });
      },
      pollMs: 100,
      onError: () => undefined,
    });
    polling.start();
    let stopped = false;
    const stopping = polling.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(looks).toBe(1);
  });
});

describe('the pause after failures', () => {
  it('doubles up to ten seconds, half of it by chance', () => {
    expect([1, 2, 3].map((failures) => retryDelay(failures, () => 0))).toEqual([100, 200, 400]);
    expect([1, 2, 3].map((failures) => retryDelay(failures, () => 1))).toEqual([200, 400, 800]);
    expect(retryDelay(1_000, () => 1)).toBe(10_000);
  });
});

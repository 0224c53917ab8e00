import { afterEach, describe, expect, it, vi } from 'vitest';
import { gate } from '../support/gate.ts';
import { createLiveLoop } from '../../projections/live-loop.ts';
import type { LiveLoop, LiveLoopOptions } from '../../projections/live-loop.ts';

let loop: LiveLoop | undefined;
afterEach(async () => loop?.stop());

function started(options: Omit<LiveLoopOptions, 'pollMs'> & { pollMs?: number }): LiveLoop {
  loop = createLiveLoop({ pollMs: 1, ...options });
  loop.start();
  return loop;
}

const HOUR = 3_600_000;

describe('the live loop', () => {
  it('steps again at once while there is work', async () => {
    let left = 5;
    const step = vi.fn(() => Promise.resolve(left-- > 0 ? 1 : 0));
    started({ step, pollMs: HOUR });
    await expect.poll(() => step.mock.calls.length).toBe(6);
  });

  it('looks again without being woken, and at once when it is', async () => {
    const step = vi.fn(() => Promise.resolve(0));
    started({ step });
    await expect.poll(() => step.mock.calls.length).toBeGreaterThan(3);
    await loop!.stop();

    const rare = vi.fn(() => Promise.resolve(0));
    const { wake } = started({ step: rare, pollMs: HOUR });
    await expect.poll(() => rare.mock.calls.length).toBe(1);
    wake();
    await expect.poll(() => rare.mock.calls.length).toBe(2);
  });

  it('misses no wake that comes during a step', async () => {
    const under = gate<number>();
    const step = vi.fn<() => Promise<number>>(() => under.promise);
    const { wake } = started({ step, pollMs: HOUR });
    await expect.poll(() => step.mock.calls.length).toBe(1);
    wake();
    under.open(0);
    await expect.poll(() => step.mock.calls.length).toBe(2);
  });

  it('does the idle work only when there is nothing else to do', async () => {
    let left = 3;
    const done: string[] = [];
    started({
      pollMs: HOUR,
      step: () => {
        done.push('step');
        return Promise.resolve(left-- > 0 ? 1 : 0);
      },
      whenIdle: () => {
        done.push('idle');
        return Promise.resolve(done.filter((what) => what === 'idle').length < 2 ? 1 : 0);
      },
    });
    await expect.poll(() => done.length).toBe(7);
    expect(done).toEqual(['step', 'step', 'step', 'step', 'idle', 'step', 'idle']);
  });

  it('goes on after a failure and tells of it', async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const { wake } = started({
      pollMs: HOUR,
      onError: (error) => errors.push(error),
      step: () => (++calls === 1 ? Promise.reject(new Error('lost')) : Promise.resolve(0)),
    });
    await expect.poll(() => errors).toHaveLength(1);
    wake();
    await expect.poll(() => calls).toBe(2);
  });

  it('stops once the step under way has ended, which is told of it', async () => {
    const under = gate<number>();
    let stopping: (() => boolean) | undefined;
    const { stop } = started({
      step: (asked) => {
        stopping = asked;
        return under.promise;
      },
    });
    await expect.poll(() => stopping?.()).toBe(false);
    let over = false;
    const stopped = stop().then(() => (over = true));
    await expect.poll(() => stopping?.()).toBe(true);
    expect(over).toBe(false);
    under.open(1);
    await stopped;
    expect(over).toBe(true);
  });
});

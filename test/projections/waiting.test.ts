import { describe, expect, it } from 'vitest';
import { createWaiting } from '../../projections/waiting.ts';

describe('waiting for readers', () => {
  it('is over at once for what they have', async () => {
    const waiting = createWaiting({ projected: () => Promise.resolve(7), now: () => 0 });
    await waiting.until(7, 0);
  });

  it('looks again when there is news', async () => {
    let position = 0;
    let looks = 0;
    const waiting = createWaiting({
      projected: () => {
        looks++;
        return Promise.resolve(position);
      },
      now: () => 0,
    });
    const over = waiting.until(1, 1_000);
    await expect.poll(() => looks).toBeGreaterThan(0);
    position = 1;
    waiting.news();
    await over;
  });

  it('asks for the portfolios it waits for', async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const waiting = createWaiting({
      projected: (portfolioIds) => {
        asked.push(portfolioIds);
        return Promise.resolve(3);
      },
      now: () => 0,
    });
    await waiting.until(2, 0, ['P']);
    await waiting.until(2, 0);
    expect(asked).toEqual([['P'], undefined]);
  });

  it('gives up when the time is over', async () => {
    let time = 0;
    const waiting = createWaiting({ projected: () => Promise.resolve(0), now: () => (time += 10) });
    await expect(waiting.until(1, 50)).rejects.toMatchObject({
      code: 'projection_timeout',
      message: 'position 1 was not projected within 50 ms',
    });
  });
});

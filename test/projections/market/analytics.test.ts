import { describe, expect, it } from 'vitest';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import {
  type Advanced,
  type AnalyticsStore,
  createAnalytics,
} from '../../../projections/market/analytics.ts';
import { createMarketEvents, type MarketEvent } from '../../../projections/market/model.ts';

const NOTHING: Advanced = { symbols: 0, rows: 0, last: 0, events: [] };

/** Tells what is asked of it and answers of days in turn; of five minutes there is nothing. */
function scripted(answers: (Advanced | Error)[]) {
  const asked: number[] = [];
  const store: AnalyticsStore = {
    async advance(tier, _now, after) {
      if (tier === 'intraday') return NOTHING;
      asked.push(after);
      const answer = answers.shift() ?? NOTHING;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { store, asked };
}

function worker(store: AnalyticsStore, events: MarketEvent[] = [], errors: string[] = []) {
  const marketEvents = createMarketEvents(() => undefined);
  marketEvents.subscribe((event) => events.push(event));
  return createAnalytics({
    store,
    events: marketEvents,
    now: () => 0,
    pollMs: 1,
    logger: { ...SILENT_LOGGER, error: (message) => errors.push(message) },
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the worker of indicators', () => {
  it('goes on after the last symbol, and begins anew when there is none after it', async () => {
    const { store, asked } = scripted([
      { symbols: 2, rows: 2, last: 5, events: [] },
      { symbols: 2, rows: 2, last: 9, events: [] },
      NOTHING,
      { symbols: 1, rows: 1, last: 0, events: [] },
    ]);
    const { step } = worker(store);
    expect([await step(), await step(), await step(), await step()]).toEqual([2, 2, 1, 0]);
    expect(asked).toEqual([0, 5, 9, 0, 0]);
  });

  it('publishes what was raised, after the transaction', async () => {
    const raised: MarketEvent = { type: 'alerts', alerts: [] };
    const events: MarketEvent[] = [];
    const { store } = scripted([{ symbols: 1, rows: 0, last: 0, events: [raised] }]);
    await worker(store, events).step();
    expect(events).toEqual([raised]);
  });

  it('looks again when it is woken, and ends when it is told to', async () => {
    const { store, asked } = scripted([]);
    const analytics = worker(store);
    analytics.start();
    await until(() => asked.length > 0);
    const before = asked.length;
    analytics.wake();
    await until(() => asked.length > before);
    await analytics.stop();
    const after = asked.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBe(after);
  });

  it('tells of a failure and goes on', async () => {
    const errors: string[] = [];
    const { store, asked } = scripted([new Error('the database is away')]);
    const analytics = worker(store, [], errors);
    analytics.start();
    await until(() => errors.length > 0);
    analytics.wake();
    await until(() => asked.length > 1);
    await analytics.stop();
    expect(errors).toHaveLength(1);
  });
});

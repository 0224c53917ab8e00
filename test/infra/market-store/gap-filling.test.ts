import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createBackfillStore } from '../../../infra/market-store/backfill.ts';
import { createBackfill } from '../../../projections/market/backfill.ts';
import { createGapFiller } from '../../../projections/market/ingest-gaps.ts';
import { FIVE_MINUTES_MS } from '../../../projections/market/provider.ts';
import type { BarProvider, ProviderBar } from '../../../projections/market/provider.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
});
afterAll(() => db.close());

const at = (time: string) => Date.parse(`2025-07-02T${time}Z`);

function provider(asked: [string, string][]): BarProvider {
  return {
    ...{ name: 'bars', maxBars: 100, remote: true },
    async *bars({ from, to }) {
      asked.push([new Date(from).toISOString(), new Date(to).toISOString()]);
      const figures = { open: '1', high: '1', low: '1', close: '1', volume: '1', where: '' };
      const bars: ProviderBar[] = [];
      for (let start = from; start < to; start += FIVE_MINUTES_MS)
        bars.push({ when: { at: start }, ...figures });
      yield bars;
    },
  };
}

describe('the gap after a provider was away', () => {
  it('is filled where whole bars are missing, and nowhere else', async () => {
    const now = at('14:58:00');
    const asked: [string, string][] = [];
    let opened = 0;
    const backfill = createBackfill({ store: createBackfillStore(db.database), calendarOf, now: () => now });
    const fill = createGapFiller({
      async backfill() {
        opened += 1;
        return backfill;
      },
      provider: (name) => (name === 'acme' ? provider(asked) : undefined),
    });
    // Of 14:30 there are ticks; the bar of 14:55 is still open.
    await db.database.query(
      `with s as (insert into symbols (symbol, exchange) values ('AAPL', 'XNAS') returning symbol_no)
       insert into intraday_ohlcv
       select symbol_no, '2025-07-02T14:30Z', '2025-07-02', 9, 9, 9, 9, 9, 1, 1, 1 from s`,
    );
    const gap = { provider: 'acme', symbols: ['AAPL.O'], from: at('14:33:00'), to: now };
    const signal = new AbortController().signal;
    expect(await fill({ ...gap, provider: 'other' }, signal)).toBe(0);
    expect(opened).toBe(0);
    expect(await fill(gap, signal)).toBe(4);
    expect(asked).toEqual([['2025-07-02T14:35:00.000Z', '2025-07-02T14:55:00.000Z']]);
    expect(await fill(gap, signal)).toBe(0);
    expect(asked).toHaveLength(1);
    const [kept] = await db.database.query<{ open: string }>(
      `select open from intraday_ohlcv where time = '2025-07-02T14:30Z'`,
    );
    expect(kept?.open).toBe('9.00000000');
  });
});

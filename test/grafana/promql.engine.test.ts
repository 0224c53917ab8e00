/** Every PromQL expression of the dashboards, asked of a real Prometheus that scrapes every role at work. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { QUERIES } from './dashboards.ts';
import { startInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { expandPromql } from './macros.ts';

const RATE_SECONDS = 30;
const FALLBACK = / or on \(\) vector\(0\)$/;
/** What is empty while all is well. Every other expression must have figures without its fallback. */
const EMPTY_WHEN_WELL = [/ALERTS/, /rebuild_events_done/, /outcome="failed"/];

const PROMQL = QUERIES.filter(({ target }) => target.expr !== undefined).map(({ name, target }) => ({
  name,
  expression: expandPromql(target.expr ?? '', RATE_SECONDS),
}));
const TRANSACTIONS = 'processed_transactions_completed';

let installation: Installation;
const pulse = new AbortController();
let beating: Promise<void>;

const transaction = (id: string, date: string, more: object = {}) => ({
  transaction_id: id,
  portfolio_id: 'PORT_G',
  security_id: 'SEC_G',
  transaction_date: `${date}T10:00:00Z`,
  transaction_type: 'BUY',
  quantity: '2',
  price: '50',
  gross_transaction_amount: '100',
  trade_fee: '1',
  currency: 'EUR',
  ...more,
});
const message = (body: unknown) => ({
  key: 'PORT_G',
  value: typeof body === 'string' ? body : JSON.stringify(body),
});

async function givenBooks(): Promise<void> {
  const days = Array.from({ length: 20 }, (_, i) => `2025-03-${String(i + 3).padStart(2, '0')}`);
  await installation.post('/v1/portfolios', {
    portfolio_id: 'PORT_G',
    base_currency: 'EUR',
    cash: 'explicit',
  });
  await installation.post('/v1/securities', { security_id: 'SEC_G', currency: 'EUR', type: 'equity' });
  await installation.post(
    '/v1/prices',
    days.map((date, i) => ({ security_id: 'SEC_G', date, price: String(50 + i) })),
  );
  await installation.post('/v1/transactions', transaction('G-0', days[0]!));
  await installation.post('/v1/business-dates?wait=projected', { date: days.at(-1) });
}

/** Every kind of thing that is counted, again and again: rates need something that goes on. */
async function beat(round: number): Promise<void> {
  const late = transaction(`G-${round}`, '2025-03-10');
  await installation.post('/v1/transactions?wait=projected', late);
  await installation.get('/v1/portfolios/PORT_G/positions');
  await installation.get('/v1/exports/position-days');
  await installation.send(TRANSACTIONS, [
    message(transaction(`K-${round}`, '2025-03-12', { net_cost: 999 })),
    message(transaction(`K-${round}`, '2025-03-12', { net_cost: 999 })),
    message('{ not json'),
  ]);
  await installation.send('price-ticks', [
    {
      key: 'AAPL.O',
      value: JSON.stringify({ ric: 'AAPL.O', price: 100 + round, timestamp: Date.now(), volume: 1 }),
    },
  ]);
  await installation.send('daily_position_snapshot_persisted', [
    // Of an epoch that the first late trade has ended.
    message({ id: 1, portfolio_id: 'PORT_G', security_id: 'SEC_G', date: '2025-03-11', epoch: 0 }),
  ]);
}

beforeAll(async () => {
  installation = await startInstallation();
  await givenBooks();
  beating = (async () => {
    for (let round = 1; !pulse.signal.aborted; round++) {
      await beat(round);
      await delay(500, undefined, { signal: pulse.signal }).catch(() => undefined);
    }
  })();
  // A failure is told by the test that waits for its effects, and again at the end.
  beating.catch(() => undefined);
}, 180_000);

afterAll(async () => {
  pulse.abort();
  await beating;
  await installation.close();
}, 60_000);

test('every role is scraped', async () => {
  await vi.waitFor(
    async () => {
      const up = await installation.query('up == 1');
      expect(up.map(({ labels }) => labels['job']).sort()).toEqual([
        'api',
        'market-data',
        'positions',
        'timeseries',
      ]);
    },
    { timeout: 30_000, interval: 250 },
  );
});

describe('every expression has figures', () => {
  test.each(PROMQL)('$name', async ({ expression }) => {
    const bare = EMPTY_WHEN_WELL.some((pattern) => pattern.test(expression))
      ? expression
      : expression.replace(FALLBACK, '');
    await vi.waitFor(
      async () => {
        const series = await installation.query(bare);
        expect(
          series.some(({ value }) => Number.isFinite(value)),
          bare,
        ).toBe(true);
      },
      { timeout: 90_000, interval: 500 },
    );
  });
});

test('the alerts that these messages are meant to raise are raised, and no other one fires', async () => {
  const names = async (selector: string) =>
    (await installation.query(`ALERTS${selector}`)).map(({ labels }) => labels['alertname'] ?? '');
  const meant = ['DeadLetters', 'CostsDiffer', 'DeadLetterFlood'];
  await vi.waitFor(
    async () => expect(await names('')).toEqual(expect.arrayContaining(['DeadLetters', 'CostsDiffer'])),
    { timeout: 30_000, interval: 500 },
  );
  for (const name of await names('{alertstate="firing"}')) expect(meant).toContain(name);
});

/** Flows, gains, quality, lag and the audit, as the schema reporting shows them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { givenDemo, givenEdges } from '../support/reporting.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await givenDemo(api);
  await givenEdges(api);
}, 120_000);
afterAll(() => api.close());

const query = (sql: string, values?: readonly unknown[]) =>
  api.database.query<Record<string, unknown>>(sql, values);

describe('cash_flow', () => {
  test('adds up to the flows of the portfolio on every day', async () => {
    const wrong = await query(
      `select * from (select portfolio_id, date, sum(amount) as amount from reporting.cash_flow group by 1, 2) f
       full join (select portfolio_id, date, bod_cashflow, eod_cashflow from reporting.portfolio_daily
                  where bod_cashflow <> 0 or eod_cashflow <> 0) d using (portfolio_id, date)
       where f.amount is distinct from d.bod_cashflow + d.eod_cashflow
         and not (f.amount = 0 and d.bod_cashflow is null)
         -- A day that waits for a value has flows and no row.
         and portfolio_id not in ('GAPPED', 'RATELESS')`,
    );
    expect(wrong).toEqual([]);
  });

  test('names the transaction and its amount, also of several on one day', async () => {
    const flows = await query(
      `select date, transaction_type, security_id, currency, timing, amount, amount_local
       from reporting.cash_flow where portfolio_id = 'BUSY' order by date, transaction_id`,
    );
    const row = (
      date: string,
      type: string,
      security: string,
      timing: string,
      amount: string,
      local = amount,
    ) => ({
      date,
      transaction_type: type,
      security_id: security,
      currency: security === 'CASH_USD' ? 'USD' : 'EUR',
      timing,
      amount: expect.stringMatching(new RegExp(`^${amount.replace('.', '\\.')}(\\.?0+)?$`)),
      amount_local: expect.stringMatching(new RegExp(`^${local.replace('.', '\\.')}(\\.?0+)?$`)),
    });
    expect(flows).toEqual([
      row('2025-03-03', 'DEPOSIT', 'CASH_EUR', 'eod', '100'),
      row('2025-03-03', 'DEPOSIT', 'CASH_EUR', 'eod', '50.5'),
      // The rate agreed, and that of the day.
      row('2025-03-03', 'DEPOSIT', 'CASH_USD', 'eod', '8', '10'),
      row('2025-03-03', 'DEPOSIT', 'CASH_USD', 'eod', '6.321', '7'),
      // At market value, 12.5.
      row('2025-03-04', 'TRANSFER_IN', 'NOTE', 'eod', '37.5'),
      row('2025-03-04', 'TRANSFER_IN', 'NOTE', 'eod', '4.16666625'),
      row('2025-03-05', 'DEPOSIT', 'CASH_EUR', 'eod', '20'),
      row('2025-03-05', 'WITHDRAWAL', 'CASH_EUR', 'eod', '-30'),
      row('2025-03-05', 'TRANSFER_OUT', 'NOTE', 'eod', '-12.5'),
    ]);
  });

  test('a flow without a rate has no amount in base currency', async () => {
    expect(
      await query(`select amount, amount_local from reporting.cash_flow where portfolio_id = 'RATELESS'`),
    ).toEqual([{ amount: null, amount_local: '900' }]);
  });
});

describe('realised_gain', () => {
  test('adds up to what each position has realised', async () => {
    const wrong = await query(
      `select * from (select distinct on (portfolio_id, security_id) portfolio_id, security_id, realized_gain,
                        realized_gain_local, realized_price_gain, realized_fx_gain
                      from reporting.daily_position_snapshots_current
                      order by portfolio_id, security_id, date desc) n
       left join (select portfolio_id, security_id, sum(realized_gain) as gain, sum(realized_gain_local) as local,
                         sum(realized_price_gain) as price, sum(realized_fx_gain) as fx
                  from reporting.realised_gain group by 1, 2) g using (portfolio_id, security_id)
       where coalesce(g.gain, 0) is distinct from n.realized_gain
          or coalesce(g.local, 0) is distinct from n.realized_gain_local
          or coalesce(g.price, 0) is distinct from n.realized_price_gain
          or coalesce(g.fx, 0) is distinct from n.realized_fx_gain`,
    );
    expect(wrong).toEqual([]);
    const [all] = await query(
      `select count(*) filter (where transaction_type = 'SELL' and quantity > 0) as sales,
              count(*) filter (where transaction_type = 'BUY' and quantity < 0) as covers,
              count(*) filter (where realized_fx_gain <> 0) as with_fx
       from reporting.realised_gain`,
    );
    expect(Object.values(all!).every((count) => Number(count) > 0)).toBe(true);
  });

  test('has each sale with its units, gain or not', async () => {
    expect(
      await query(
        `select date, security_id, quantity::float, realized_gain::float, realized_fx_gain::float
         from reporting.realised_gain where portfolio_id = 'BUSY' order by date, transaction_id`,
      ),
    ).toEqual([
      // Bought in at 12.5 by the transfer.
      { date: '2025-03-06', security_id: 'NOTE', quantity: 1, realized_gain: 0, realized_fx_gain: 0 },
      { date: '2025-03-06', security_id: 'NOTE', quantity: 1, realized_gain: 0.4, realized_fx_gain: 0 },
    ]);
  });
});

describe('data_quality', () => {
  const issues = (portfolio: string) =>
    query(
      `select date, kind, severity, security_id from reporting.data_quality
       where portfolio_id = $1 and kind <> 'estimated' and kind <> 'stale' order by date, kind`,
      [portfolio],
    );

  test.each(['GAPPED', 'RATELESS'])(
    'has the blocked days of %s with the reasons of the API',
    async (portfolio) => {
      const { blocked_days } = await bodyOf<{ blocked_days: Record<string, string>[] }>(
        api.get(`/v1/portfolios/${portfolio}`),
      );
      expect(blocked_days.length).toBeGreaterThan(2);
      const blocking = await issues(portfolio);
      // The API lists the first hundred.
      expect(blocking.slice(0, blocked_days.length)).toEqual(
        blocked_days.map(({ date, reason, security_id }) => ({
          date,
          kind: reason,
          severity: 'blocks',
          security_id,
        })),
      );
    },
  );

  test('has pending transactions', async () => {
    expect(
      await query(
        `select date, kind, severity, security_id, detail from reporting.data_quality where portfolio_id = 'EARLY'`,
      ),
    ).toEqual([
      {
        date: '2025-03-03',
        kind: 'pending',
        severity: 'weakens',
        security_id: 'NOTE',
        detail: expect.stringContaining('held at that moment'),
      },
    ]);
  });

  test('has what rests on an old close, and business days without a close', async () => {
    const [counts] = await query(
      `select count(*) filter (where kind = 'estimated') as estimated, count(*) filter (where kind = 'stale') as stale,
              min(date) filter (where kind = 'estimated') as first
       from reporting.data_quality where portfolio_id = 'BUSY' and security_id = 'NOTE'`,
    );
    // The last close, of 10 March, holds for a week.
    expect(counts).toMatchObject({ first: '2025-03-18' });
    // Three business days after the close of the 4th, five of that week after that of the 10th.
    expect(counts).toMatchObject({ stale: 3 + 5 });
    const [estimated] = await query(
      `select count(*) as days from reporting.portfolio_daily where portfolio_id = 'BUSY' and quality = 'estimated'`,
    );
    expect(counts?.estimated).toBe(estimated?.days);
  });

  test('has quarantined keys and costs that the upstream states otherwise', async () => {
    await query(
      `insert into quarantine (portfolio_no, security_no, position, reason)
       select p.portfolio_no, s.security_no, 7, 'it cannot be' from portfolios p, securities s
       where p.portfolio_id = 'BUSY' and s.security_id = 'NOTE'`,
    );
    await query(
      `insert into cost_discrepancies (portfolio_no, security_no, transaction_id, upstream, computed)
       select portfolio_no, security_no, transaction_id, 12.60, 12.5 from transactions
       where fields ->> 'transaction_type' = 'SELL' and fields ->> 'price' = '13'
         and portfolio_no = (select portfolio_no from portfolios where portfolio_id = 'BUSY')`,
    );
    expect(
      await query(
        `select kind, severity, security_id, detail from reporting.data_quality
         where portfolio_id = 'BUSY' and kind in ('quarantined', 'cost_discrepancy') order by kind`,
      ),
    ).toEqual([
      {
        kind: 'cost_discrepancy',
        severity: 'weakens',
        security_id: 'NOTE',
        detail: 'the upstream states 12.60, the books have 12.5',
      },
      { kind: 'quarantined', severity: 'blocks', security_id: 'NOTE', detail: 'it cannot be' },
    ]);
    expect(await query(`select date, currency, difference from reporting.cost_discrepancy`)).toEqual([
      { date: '2025-03-06', currency: 'EUR', difference: '0.10' },
    ]);
    await query('delete from quarantine');
  });
});

test('watermark and restatement are those of the API', async () => {
  for (const row of await query('select * from reporting.watermark')) {
    const portfolio = await bodyOf<Record<string, unknown>>(
      api.get(`/v1/portfolios/${String(row.portfolio_id)}`),
    );
    expect(row).toMatchObject({
      complete_through: portfolio.complete_through,
      first_date: portfolio.first_date,
      horizon: portfolio.latest_date,
      status: portfolio.status,
      epoch: portfolio.epoch,
    });
  }
  const { epochs: rows } = await bodyOf<{ epochs: Record<string, unknown>[] }>(
    api.get('/v1/portfolios/PORT_001/epochs'),
  );
  expect(rows.length).toBeGreaterThan(0);
  const audit = await query(
    `select portfolio_name, security_id, epoch, cause, cause_position, from_date, through_date, rows, who, time
     from reporting.restatement where portfolio_id = 'PORT_001' order by flipped_at`,
  );
  expect(audit).toEqual(
    rows.map(
      ({
        security_id,
        epoch,
        cause,
        cause_position,
        from_date,
        through_date,
        rows: count,
        who,
        flipped_at,
      }) => ({
        portfolio_name: 'Family savings',
        ...{
          security_id,
          epoch,
          cause,
          cause_position,
          from_date,
          through_date,
          rows: count,
          who,
          time: flipped_at,
        },
      }),
    ),
  );
});

test('projection_lag tells what readers do not see yet', async () => {
  const lag = async () => (await query('select * from reporting.projection_lag'))[0];
  const level = await lag();
  expect(level).toMatchObject({
    generation: 'gen_a',
    lag_events: 0,
    lag_seconds: '0',
    oldest_mark: null,
    dirty_keys: 0,
  });
  expect(level).toMatchObject({ position: level?.head, registered: level?.head, pending_transactions: 1 });
  expect(Number(level?.incomplete_days)).toBeGreaterThan(100);
  const reply = await api.post('/v1/business-dates', [{ date: '2026-01-01' }, { date: '2026-01-02' }]);
  expect(reply.status).toBe(200);
  const behind = await lag();
  expect(behind).toMatchObject({ lag_events: 2, position: level?.head, head: Number(level?.head) + 2 });
  expect(Number(behind?.lag_seconds)).toBeGreaterThan(0);
  await api.project();
  expect(await lag()).toMatchObject({ lag_events: 0, position: behind?.head });
});

test('prices, rates and master data are the ones recorded', async () => {
  expect(
    await query(`select date, price, currency from reporting.price where security_id = 'NOTE' order by date`),
  ).toEqual([
    { date: '2025-03-04', price: '12.5', currency: 'EUR' },
    { date: '2025-03-10', price: '13', currency: 'EUR' },
  ]);
  expect(
    await query(`select rate from reporting.fx_rate where from_currency = 'USD' and date = '2025-03-04'`),
  ).toEqual([{ rate: '0.904' }]);
  expect(
    await query(
      `select name, base_currency, time_zone from reporting.portfolio where portfolio_id = 'PORT_001'`,
    ),
  ).toEqual([{ name: 'Family savings', base_currency: 'EUR', time_zone: 'Europe/Berlin' }]);
  expect(
    await query(`select sector, country, type from reporting.security where security_id = 'NOTE'`),
  ).toEqual([{ sector: 'Utilities', country: 'DE', type: 'bond' }]);
});

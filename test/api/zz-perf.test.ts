import { afterAll, beforeAll, test } from 'vitest';
import { serve } from '@hono/node-server';
import { createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', { portfolio_id: 'P', base_currency: 'USD' });
  await api.database.query(`insert into portfolio_timeseries (portfolio_no,date,epoch,bod_market_value,bod_cashflow,eod_cashflow,eod_market_value,income,fees,taxes,cost,positions,estimated_positions)
   select 1, date '2015-01-01'+g, 0, case when g=0 then 0 else 1000000.1234567891+g*10.5 end, case when g=0 then 1000010 when g%30=0 then 1000 else 0 end, 0, 1000000.1234567891+(g+1)*10.5, case when g%90=0 then 12.5 else 0 end, 0,0, 900000.55+g, 30, 0 from generate_series(0,3649) g`);
  await api.database.query(`update portfolio_state set first_day=16436, horizon=16436+3649, complete_through=16436+3649`);
});
afterAll(() => api.close());
async function time(name: string, n: number, f: () => Promise<unknown>) {
  for (let i = 0; i < 10; i++) await f();
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const t = performance.now(); await f(); ts.push(performance.now() - t); }
  ts.sort((a, b) => a - b);
  console.log(name, 'p50', ts[Math.floor(n / 2)]!.toFixed(2), 'p99', ts[Math.floor(n * 0.99)]!.toFixed(2));
}
test('perf', async () => {
  await time('sql', 60, () => api.database.query(`select date, bod_market_value, bod_cashflow, eod_cashflow, eod_market_value, income, fees, taxes, cost, positions, estimated_positions, epoch from portfolio_timeseries where portfolio_no=1 and superseded_by is null order by date`));
  await time('series json', 60, async () => { const r = await api.get('/v1/portfolios/P/timeseries'); await r.text(); });
  await time('monthly', 60, async () => { const r = await api.get('/v1/portfolios/P/timeseries?frequency=monthly'); await r.text(); });
  await time('perf', 60, async () => { const r = await api.get('/v1/portfolios/P/performance'); await r.text(); });
  await time('one', 60, async () => { const r = await api.get('/v1/portfolios/P'); await r.text(); });
});

/**
 * What analysts wait for when they come several at once: ten years of days, returns with their risk beside a
 * benchmark, rolling figures; against the bare SQL over as many connections of the same run.
 */
import { pathToFileURL } from 'node:url';
import type { Database } from '../infra/database/database.ts';
import { openDatabase } from '../infra/database/database.ts';
import { loadPortfolioDays } from '../infra/read-model/days.ts';
import { openBenchApp } from './support/bench-app.ts';
import type { BenchApp } from './support/bench-app.ts';
import { latencyText, quantile, timed } from './support/latencies.ts';
import { type BenchRow, type BenchTable, renderTable } from './support/report.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';
import { serve, succeeded } from './support/served.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 100);
const CLIENTS = Number(process.env.CLIENTS ?? 8);
const PORTFOLIO = 'PORT_001';
const PERIODS = 'MTD,QTD,YTD,1Y,3Y,5Y,10Y,SI';

/** The milliseconds of every run, by so many clients of which each waits for its answer before it asks again. */
async function together(clients: number, work: () => Promise<unknown>): Promise<number[]> {
  const times = await Promise.all(Array.from({ length: clients }, () => timed(ROUNDS, work)));
  return times.flat();
}

function row(
  what: string,
  ours: readonly number[],
  bare: readonly number[],
  target: string,
  q = 0.5,
): BenchRow {
  return {
    what,
    measured: latencyText(ours),
    yardstick: `${latencyText(bare)} (bare SQL)`,
    ratio: quantile(ours, q) / quantile(bare, q),
    target,
  };
}

function within(what: string, times: readonly number[], limitMs: number): BenchRow {
  return {
    what,
    measured: latencyText(times),
    yardstick: `p99 ${limitMs} ms`,
    ratio: quantile(times, 0.99) / limitMs,
    target: '≤ 1',
  };
}

async function measured(bench: BenchApp, database: Database, benchmark: string): Promise<BenchRow[]> {
  const served = await serve(bench.app.database.url);
  try {
    const get = (path: string) => async () =>
      succeeded(await served.get(`/v1/portfolios/${PORTFOLIO}${path}`));
    const sql = () => loadPortfolioDays(database, PORTFOLIO, {});
    const series = get('/timeseries?limit=10000');
    const plain = get(`/performance?periods=${PERIODS}&risk=false`);
    const risk = get(`/performance?periods=${PERIODS}`);
    const beside = get(`/performance?periods=${PERIODS}&benchmark=${benchmark}&risk_free=0.02`);
    const rolling = get(`/rolling?window=1Y&figures=twr,volatility,sharpe,beta&benchmark=${benchmark}`);
    const [bareOne, bareMany] = [await timed(ROUNDS, sql), await together(CLIENTS, sql)];
    return [
      row('ten years of days, one client', await timed(ROUNDS, series), bareOne, '≤ 1.5'),
      row(`ten years of days, ${CLIENTS} clients`, await together(CLIENTS, series), bareMany, ''),
      within('returns of all periods without risk, one client', await timed(ROUNDS, plain), 20),
      within('with risk, one client', await timed(ROUNDS, risk), 20),
      within('with risk beside a benchmark, one client', await timed(ROUNDS, beside), 20),
      row(`with risk, ${CLIENTS} clients`, await together(CLIENTS, risk), bareMany, '', 0.99),
      row(
        `with risk beside a benchmark, ${CLIENTS} clients`,
        await together(CLIENTS, beside),
        bareMany,
        '',
        0.99,
      ),
      row('a year rolling over ten, four figures, one client', await timed(ROUNDS, rolling), bareOne, ''),
    ];
  } finally {
    await served.close();
  }
}

export async function benchAnalytics(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  try {
    const { prices } = await loadScaledDemo(bench.app, 1);
    await bench.app.projections.catchUp();
    const { slot } = await bench.app.projections.status();
    const database = openDatabase({
      url: bench.app.database.url,
      maxConnections: CLIENTS,
      searchPath: `${slot},public`,
    });
    try {
      return {
        title: 'Analysts over HTTP',
        rows: await measured(bench, database, `security:${prices[0]!.security_id}`),
      };
    } finally {
      await database.close();
    }
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchAnalytics())}\n`);

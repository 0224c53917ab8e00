/**
 * What readers wait for, over HTTP from a process of its own: ten years of a portfolio's days against the
 * bare SQL over the wire, its returns over all periods, and reads of what was known long ago.
 */
import { pathToFileURL } from 'node:url';
import { openDatabase } from '../infra/database/database.ts';
import { loadPortfolioDays } from '../infra/read-model/days.ts';
import { openBenchApp } from './support/bench-app.ts';
import type { BenchApp } from './support/bench-app.ts';
import { openBusyPortfolio } from './support/busy-portfolio.ts';
import { latencyText, quantile, timed } from './support/latencies.ts';
import { type BenchRow, type BenchTable, renderTable } from './support/report.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';
import { serve, succeeded } from './support/served.ts';
import type { Served } from './support/served.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 200);
const EVENTS = Number(process.env.KNOWN_AT_EVENTS ?? 10_000);
const QUIET = 'PORT_001';
const BUSY = 'BUSY';
const PERIODS = 'MTD,QTD,YTD,1Y,3Y,5Y,10Y,SI';

async function seriesRow({ app }: BenchApp, served: Served): Promise<BenchRow> {
  const { slot } = await app.projections.status();
  const database = openDatabase({ url: app.database.url, maxConnections: 1, searchPath: `${slot},public` });
  try {
    const path = `/v1/portfolios/${QUIET}/timeseries?limit=10000`;
    let days = 0;
    const bare = await timed(ROUNDS, async () => {
      days = (await loadPortfolioDays(database, QUIET, {})).length;
    });
    const ours = await timed(ROUNDS, async () => succeeded(await served.get(path)));
    return {
      what: `${days.toLocaleString('en')} days of a portfolio as JSON`,
      measured: latencyText(ours),
      yardstick: `${latencyText(bare)} (bare SQL)`,
      ratio: quantile(ours, 0.5) / quantile(bare, 0.5),
      target: '≤ 1.5',
    };
  } finally {
    await database.close();
  }
}

function withinRow(what: string, times: readonly number[], limitMs: number): BenchRow {
  return {
    what,
    measured: latencyText(times),
    yardstick: `p99 ${limitMs} ms`,
    ratio: quantile(times, 0.99) / limitMs,
    target: '≤ 1',
  };
}

async function performanceRows(served: Served): Promise<BenchRow[]> {
  const path = `/v1/portfolios/${QUIET}/performance?periods=${PERIODS}`;
  const settled = await timed(ROUNDS, async () => succeeded(await served.get(path)));
  const afresh: number[] = [];
  for (let round = 0; round < Math.min(ROUNDS, 100); round++) {
    // Something new about the portfolio, so that nothing that was kept can answer.
    const item = {
      transaction_id: `bench-${round}`,
      portfolio_id: QUIET,
      security_id: 'CASH_EUR',
      transaction_date: '2025-12-31',
      transaction_type: 'DEPOSIT',
      gross_transaction_amount: '1',
    };
    succeeded(await served.post('/v1/transactions?wait=projected', item));
    const started = performance.now();
    succeeded(await served.get(path));
    afresh.push(performance.now() - started);
  }
  return [
    withinRow('returns of a ten-year portfolio, all periods', settled, 20),
    withinRow('the same, each time after a new transaction', afresh, 20),
  ];
}

async function knownAtRows({ app }: BenchApp, served: Served): Promise<BenchRow[]> {
  const head = await app.log.head();
  const path = (position: number) => `/v1/portfolios/${BUSY}/positions?known_at=${position}`;
  // Every time another moment of knowledge: nothing is kept of it.
  const cold = await timed(12, async (round) => succeeded(await served.get(path(head - 20 - round))), 3);
  const kept = await timed(ROUNDS, async () => succeeded(await served.get(path(head - 20))), 3);
  return [
    withinRow(
      `known-at read of a portfolio with ${EVENTS.toLocaleString('en')} events, replayed`,
      cold,
      1_000,
    ),
    withinRow('the same again, kept', kept, 20),
  ];
}

export async function benchReads(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  try {
    await loadScaledDemo(bench.app, 1);
    await openBusyPortfolio(bench.app, BUSY, EVENTS);
    await bench.app.projections.catchUp();
    const served = await serve(bench.app.database.url);
    try {
      return {
        title: 'Reads over HTTP',
        rows: [
          await seriesRow(bench, served),
          ...(await performanceRows(served)),
          ...(await knownAtRows(bench, served)),
        ],
      };
    } finally {
      await served.close();
    }
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchReads())}\n`);

/**
 * Groups of portfolios over HTTP: ten years of days, and the returns over all periods, against the bare SQL
 * that adds the members' rows up. Warm: what was made of this state of the books before is kept. Cold: after
 * each new transaction of a member, so that all of it is read and made again.
 *
 *     node dist/bench/groups.js      GROUP_SIZES (1,10,100), ROUNDS (100), COLD_ROUNDS (8)
 */
import { pathToFileURL } from 'node:url';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { loadGroupDays } from '../infra/read-model/groups.ts';
import { openBenchApp } from './support/bench-app.ts';
import { groupMember, loadGroup } from './support/group-load.ts';
import { latencyText, quantile, timed } from './support/latencies.ts';
import { type BenchRow, type BenchTable, renderTable } from './support/report.ts';
import { serve, succeeded } from './support/served.ts';
import type { Served } from './support/served.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 100);
const COLD_ROUNDS = Number(process.env.COLD_ROUNDS ?? 8);
const SIZES = (process.env.GROUP_SIZES ?? '1,10,100').split(',').map(Number);
const PERIODS = 'MTD,QTD,YTD,1Y,3Y,5Y,10Y,SI';

/** Something new about a member, so that nothing that was kept can answer. */
async function change(served: Served, round: number): Promise<void> {
  const item = {
    transaction_id: `bench-${process.hrtime.bigint()}-${round}`,
    portfolio_id: groupMember(0),
    security_id: 'CASH_EUR',
    transaction_date: '2025-12-31',
    transaction_type: 'DEPOSIT',
    gross_transaction_amount: '1',
  };
  succeeded(await served.post('/v1/transactions?wait=projected', item));
}

async function rowsOf(size: number, database: Database, served: Served): Promise<BenchRow[]> {
  const ids = Array.from({ length: size }, (_, index) => groupMember(index));
  // A comma makes a group of one too.
  const path = `/v1/groups/${[...ids, ids[0]].join(',')}`;
  let days = 0;
  const bare = await timed(
    COLD_ROUNDS,
    async () => {
      days = new Set((await loadGroupDays(database, ids, {})).map((row) => row.date)).size;
    },
    3,
  );
  const rows: BenchRow[] = [];
  const named = `group of ${size}`;
  for (const [what, address] of [
    [`${days.toLocaleString('en')} days of a ${named}`, `${path}/timeseries?limit=10000`],
    [`returns of a ${named}, all periods`, `${path}/performance?periods=${PERIODS}`],
  ] as const) {
    const cold: number[] = [];
    for (let round = 0; round < COLD_ROUNDS; round++) {
      await change(served, round);
      const started = performance.now();
      succeeded(await served.get(address));
      cold.push(performance.now() - started);
    }
    const warm = await timed(ROUNDS, async () => succeeded(await served.get(address)), 3);
    for (const [state, times] of [
      ['cold', cold],
      ['warm', warm],
    ] as const)
      rows.push({
        what: `${what}, ${state}`,
        measured: latencyText(times),
        yardstick: `${latencyText(bare)} (bare SQL)`,
        ratio: quantile(times, 0.5) / quantile(bare, 0.5),
        target: '',
      });
  }
  return rows;
}

export async function benchGroups(): Promise<BenchTable> {
  const bench = await openBenchApp({ LOG_LEVEL: 'error' });
  try {
    await loadGroup(bench.app, Math.max(...SIZES));
    await bench.app.projections.catchUp();
    const { slot } = await bench.app.projections.status();
    const { url } = bench.app.database;
    const database = openDatabase({ url, maxConnections: 1, searchPath: `${slot},public` });
    const served = await serve(url);
    try {
      const rows: BenchRow[] = [];
      for (const size of SIZES) rows.push(...(await rowsOf(size, database, served)));
      return { title: 'Groups of portfolios over HTTP', rows };
    } finally {
      await served.close();
      await database.close();
    }
  } finally {
    await bench.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${renderTable(await benchGroups())}\n`);

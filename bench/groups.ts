/**
 * Groups of portfolios over HTTP: ten years of days, the returns over all periods, and what each position
 * contributed, against the bare SQL that adds the same rows up. Cold: nothing is kept of the group. Changed: after
 * a new transaction of a member. Warm: what was made of this state of the books before is kept.
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
import type { Reply, Served } from './support/served.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 100);
const COLD_ROUNDS = Number(process.env.COLD_ROUNDS ?? 8);
const SIZES = (process.env.GROUP_SIZES ?? '1,10,100').split(',').map(Number);
const PERIODS = 'MTD,QTD,YTD,1Y,3Y,5Y,10Y,SI';

/** Something new about a member on a day. */
async function change(served: Served, date: string): Promise<void> {
  const item = {
    transaction_id: `bench-${process.hrtime.bigint()}`,
    portfolio_id: groupMember(0),
    security_id: 'CASH_EUR',
    transaction_date: date,
    transaction_type: 'DEPOSIT',
    gross_transaction_amount: '1',
  };
  succeeded(await served.post('/v1/transactions?wait=projected', item));
}

const LAST_DAY = '2025-12-31';
const A_YEAR_AGO = '2024-12-31';

/** The milliseconds of so many reads, each after something was done that is not counted. */
async function each(
  rounds: number,
  prepare: (round: number) => Promise<unknown>,
  read: (round: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await prepare(round);
    const started = performance.now();
    await read(round);
    times.push(performance.now() - started);
  }
  return times;
}

function row(what: string, times: readonly number[], bare: readonly number[]): BenchRow {
  return {
    what,
    measured: latencyText(times),
    yardstick: `${latencyText(bare)} (bare SQL)`,
    ratio: quantile(times, 0.5) / quantile(bare, 0.5),
    target: '',
  };
}

let names = 0;

async function rowsOf(size: number, database: Database, served: Served): Promise<BenchRow[]> {
  const ids = Array.from({ length: size }, (_, index) => groupMember(index));
  // The same group by another name, of which nothing is kept; a comma makes a group of one too.
  const renamed = () => `/v1/groups/${[...ids, ...Array.from({ length: ++names }, () => ids[0])].join(',')}`;
  let days = 0;
  const bare = await timed(
    COLD_ROUNDS,
    async () => {
      days = new Set((await loadGroupDays(database, ids, {})).map((each) => each.date)).size;
    },
    3,
  );
  const rows: BenchRow[] = [];
  const named = `group of ${size}`;
  for (const [what, asked] of [
    [`${days.toLocaleString('en')} days of a ${named}`, '/timeseries?limit=10000'],
    [`returns of a ${named}, all periods`, `/performance?periods=${PERIODS}`],
  ] as const) {
    const get = async (group: string) => succeeded(await served.get(group + asked));
    const kept = renamed();
    const nothing = () => Promise.resolve();
    const cold = await each(COLD_ROUNDS, nothing, () => get(renamed()));
    await get(kept);
    const changed = await each(
      COLD_ROUNDS,
      () => change(served, LAST_DAY),
      () => get(kept),
    );
    const longAgo = await each(
      COLD_ROUNDS,
      () => change(served, A_YEAR_AGO),
      () => get(kept),
    );
    const warm = await timed(ROUNDS, () => get(kept), 3);
    rows.push(
      row(`${what}, cold`, cold, bare),
      row(`${what}, a member changed on the last day`, changed, bare),
      row(`${what}, a member changed a year back`, longAgo, bare),
      row(`${what}, warm`, warm, bare),
    );
  }
  rows.push(
    await contributions(size, ids, database, () => served.get(`${renamed()}/contributions?periods=SI`)),
  );
  return rows;
}

const SUMMED = `
  select t.portfolio_no, t.security_no, sum(t.eod_market_value_base - t.bod_market_value_base
           - t.bod_cashflow_base - t.eod_cashflow_base) as gain, sum(t.income_base) as income,
         sum(t.fees_base) as fees, sum(t.taxes_base) as taxes
  from portfolios p
  join position_timeseries t using (portfolio_no)
  where p.portfolio_id = any($1::text[]) and t.superseded_by is null
  group by t.portfolio_no, t.security_no`;

/** All positions since inception: a row of the tables for each of their days. */
async function contributions(
  size: number,
  ids: readonly string[],
  database: Database,
  get: () => Promise<Reply>,
): Promise<BenchRow> {
  const bare = await timed(COLD_ROUNDS, () => database.query(SUMMED, [ids]), 1);
  const times = await timed(COLD_ROUNDS, async () => succeeded(await get()), 1);
  return row(`contributions to a group of ${size} since inception, by position`, times, bare);
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

/**
 * Whole histories over HTTP, in each of the formats, against the bare `COPY … TO STDOUT` of the same rows: how
 * fast they come, whether the memory of the serving process goes on growing with them, and how long another request
 * waits meanwhile.
 * EXPORT_ROWS is how many there are, a million unless given.
 */
import { request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { to as copyTo } from 'pg-copy-streams';
import { openBenchServer } from './support/bench-server.ts';
import type { BenchServer } from './support/bench-server.ts';
import { fillDayTables } from './support/day-tables.ts';
import { latencyText, quantile } from './support/latencies.ts';
import { type BenchRow, type BenchTable, perSecond, renderTable } from './support/report.ts';
import { serve } from './support/served.ts';
import type { Served } from './support/served.ts';
import { connect } from './support/yard.ts';

const ROWS = Number(process.env.EXPORT_ROWS ?? 1_000_000);
const FORMATS = ['csv', 'ndjson', 'arrow', 'parquet'] as const;
const LOOK_EVERY_MS = 50;
const ALONE_MS = 2_000;

const BARE = `
  copy (
    select p.portfolio_id, s.security_id, t.date, s.currency, p.base_currency, t.quantity, t.cost, t.bod_market_value,
           t.bod_cashflow_position, t.eod_cashflow_position, t.bod_cashflow_portfolio, t.eod_cashflow_portfolio,
           t.eod_market_value, t.income, t.fees, t.taxes, t.bod_fx_rate, t.fx_rate, t.cost_base,
           t.bod_market_value_base, t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base,
           t.valuation_status, t.estimated, t.epoch
    from portfolios p
    join position_timeseries t using (portfolio_no)
    join securities s using (security_no)
    where t.superseded_by is null
    order by t.portfolio_no, t.security_no, t.date
  ) to stdout with (format csv, header)`;

async function bareSeconds(url: string): Promise<number> {
  const client = await connect(url, 'gen_a');
  const started = performance.now();
  // As fast as they come: nothing is done with them.
  for await (const _chunk of client.query(copyTo(BARE)));
  const seconds = (performance.now() - started) / 1000;
  await client.end();
  return seconds;
}

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

function take(url: string): Promise<Measured> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    request(url, (reply) => {
      let bytes = 0;
      if (reply.statusCode !== 200) reject(new Error(`${url}: ${reply.statusCode}`));
      reply.on('data', (chunk: Buffer) => (bytes += chunk.length));
      reply.on('error', reject);
      reply.on('end', () => resolve({ bytes, seconds: (performance.now() - started) / 1000 }));
    })
      .on('error', reject)
      .end();
  });
}

/** What a process holds of memory; 0 where the system does not tell. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** The most memory in each half of the time that the work takes. */
async function halves<T>(
  pid: number,
  work: Promise<T>,
): Promise<{ value: T; first: number; second: number }> {
  const samples: number[] = [];
  const timer = setInterval(() => void residentMb(pid).then((mb) => samples.push(mb)), LOOK_EVERY_MS);
  try {
    const value = await work;
    const middle = samples.length >> 1;
    const most = (part: readonly number[]) => part.reduce((one, other) => Math.max(one, other), 0);
    return { value, first: most(samples.slice(0, middle)), second: most(samples.slice(middle)) };
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds that small requests take, one after another, until the work is over. */
async function beside(served: Served, work: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let over = false;
  const end = () => (over = true);
  void work.then(end, end);
  while (!over) {
    const started = performance.now();
    await served.get('/health/live');
    times.push(performance.now() - started);
    await setTimeout(LOOK_EVERY_MS / 10);
  }
  return times;
}

async function formatRows(
  databaseUrl: string,
  format: (typeof FORMATS)[number],
  rows: number,
  bare: number,
): Promise<BenchRow[]> {
  const served = await serve(databaseUrl);
  try {
    const url = `${served.url}/v1/exports/position-days?format=${format}`;
    const { value: whole, first, second } = await halves(served.pid, take(url));
    const alone = await beside(served, setTimeout(ALONE_MS));
    const among = await beside(served, take(`${url}&security_id=SEC_001`));
    return [
      {
        what: `${rows.toLocaleString('en')} position-days as ${format}, ${Math.round(whole.bytes / 1e6)} MB`,
        measured: perSecond(rows / whole.seconds, 'rows'),
        yardstick: `${perSecond(rows / bare, 'rows')} (bare COPY)`,
        ratio: bare / whole.seconds,
        target: '',
      },
      {
        what: `the most memory while the second half of the ${format} is sent`,
        measured: `${Math.round(second)} MB`,
        yardstick: `${Math.round(first)} MB for the first half`,
        ratio: second / first,
        target: '≤ 1.25',
      },
      {
        what: `another request while ${format} is sent`,
        measured: latencyText(among),
        yardstick: `${latencyText(alone)} (alone)`,
        ratio: quantile(among, 0.99) / quantile(alone, 0.99),
        target: '',
      },
    ];
  } finally {
    await served.close();
  }
}

export async function benchExport(server: BenchServer): Promise<BenchTable> {
  const database = await server.createDatabase();
  try {
    const rows = await fillDayTables(database.url, ROWS);
    const bare = await bareSeconds(database.url);
    const table: BenchRow[] = [];
    for (const format of FORMATS) table.push(...(await formatRows(database.url, format, rows, bare)));
    return { title: 'Exports', rows: table };
  } finally {
    await database.drop();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await openBenchServer();
  try {
    process.stdout.write(`${renderTable(await benchExport(server))}\n`);
  } finally {
    await server.close();
  }
}

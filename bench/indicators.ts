/**
 * Indicators of bars: the whole set for every bar as a stream, against making it anew from the bars before;
 * and the worker over stored bars, the first time and bar by bar, against a bare COPY of the rows it writes.
 */
import { pathToFileURL } from 'node:url';
import type { IndicatorBar } from '../domain/indicators/model.ts';
import { createStandardSet } from '../domain/indicators/standard.ts';
import { type Database, openDatabase } from '../infra/database/database.ts';
import { createAnalyticsStore } from '../infra/market-store/analytics.ts';
import { type BenchServer, openBenchServer } from './support/bench-server.ts';
import { type BenchRow, type BenchTable, perSecond, renderTable } from './support/report.ts';

const SYMBOLS = Number(process.env.SYMBOLS ?? 1_000);
const BARS = Number(process.env.BARS ?? 100);
/** Rounds of one more bar for every symbol. */
const ROUNDS = 3;
/** From so many bars on RSI and ATR are what they are over a whole series, to nine digits. */
const SETTLED = 295;
const START = Date.UTC(2025, 0, 1);
const FIVE_MINUTES = 300_000;
const LATER = START + 1_000_000 * FIVE_MINUTES;

function barAt(index: number): IndicatorBar {
  const close = Math.round(10_000 + 1_000 * Math.sin(index / 17) + 100 * Math.cos(index)) / 100;
  const time = START + index * FIVE_MINUTES;
  return {
    time,
    open: close,
    high: close + 1,
    low: close - 1,
    close,
    volume: 100,
    session: Math.floor(time / 86_400_000),
  };
}

function rateOf(count: number, run: () => void): number {
  const started = performance.now();
  run();
  return (count / (performance.now() - started)) * 1000;
}

function streamRow(): BenchRow {
  const bars = Array.from({ length: 200_000 }, (_, index) => barAt(index));
  const set = createStandardSet(252);
  for (const bar of bars.slice(0, 20_000)) set.update(bar);
  const streamed = rateOf(bars.length, () => {
    for (const bar of bars) set.update(bar);
  });
  const few = 500;
  const anew = rateOf(few, () => {
    for (let index = SETTLED; index < SETTLED + few; index++) {
      const fresh = createStandardSet(252);
      for (const bar of bars.slice(index - SETTLED, index + 1)) fresh.update(bar);
    }
  });
  return {
    what: 'the 26 figures of every bar',
    measured: perSecond(streamed, 'bars'),
    yardstick: `${perSecond(anew, 'bars')} (anew from ${SETTLED} bars each)`,
    ratio: streamed / anew,
    target: '≥ 50',
  };
}

const FILL = `
  insert into intraday_ohlcv (symbol_no, time, session_date, open, high, low, close, volume, ticks)
  select symbol_no, time, time::date, close, close + 1, close - 1, close, 100, 0
  from symbols
  cross join generate_series($1::integer, $2::integer) as bar
  cross join lateral (
    select timestamptz '2025-01-01 00:00:00+00' + bar * interval '5 minutes' as time,
           (100 + 10 * sin(bar / 17.0 + symbol_no))::numeric(20,2) as close
  ) b`;

const PROGRESS = `
  insert into bar_progress as p (symbol_no, tier, newest, closes_at, dirty_from)
  select symbol_no, 'intraday', max(time), max(time) + interval '5 minutes', min(time)
  from intraday_ohlcv
  where time >= timestamptz '2025-01-01 00:00:00+00' + $1::integer * interval '5 minutes'
  group by symbol_no
  on conflict (symbol_no, tier) do update
  set newest = excluded.newest, closes_at = excluded.closes_at, dirty_from = excluded.dirty_from`;

async function addBars(database: Database, from: number, to: number): Promise<void> {
  await database.query(FILL, [from, to]);
  await database.query(PROGRESS, [from]);
}

/** @returns rows a second, until there is nothing to do */
async function drainRate(database: Database): Promise<number> {
  const store = createAnalyticsStore({ database });
  const started = performance.now();
  let rows = 0;
  for (let after = 0; ;) {
    const advanced = await store.advance('intraday', LATER, after);
    if (advanced.symbols === 0 && after === 0) return (rows / (performance.now() - started)) * 1000;
    rows += advanced.rows;
    after = advanced.last;
  }
}

/** Rows a second of the rows that are there, copied into an empty table of the same kind. */
async function copyRate(database: Database): Promise<number> {
  await database.query('create table copied (like intraday_analytics including all)');
  const lines = await database.query<{ line: string }>(
    `select array_to_string(array(select coalesce(v #>> '{}', '\\N') from json_each(row_to_json(a)) as e (k, v)), e'\\t')
            as line
     from intraday_analytics a`,
  );
  const started = performance.now();
  await database.transaction((tx) =>
    tx.copyIn(
      'copy copied from stdin',
      lines.map(({ line }) => `${line}\n`),
    ),
  );
  return (lines.length / (performance.now() - started)) * 1000;
}

async function workerRows(server: BenchServer): Promise<BenchRow[]> {
  const own = await server.createDatabase();
  const database = openDatabase({ url: own.url, maxConnections: 4, searchPath: 'public' });
  try {
    await database.query(
      `insert into symbols (symbol) select 'S' || n from generate_series(1, $1::integer) n`,
      [SYMBOLS],
    );
    await addBars(database, 0, BARS - 1);
    await database.query('vacuum analyze');
    const first = await drainRate(database);
    const copied = await copyRate(database);
    let live = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await addBars(database, BARS + round, BARS + round);
      live += (await drainRate(database)) / ROUNDS;
    }
    const yardstick = `${perSecond(copied, 'rows')} (bare COPY of the rows)`;
    const symbols = SYMBOLS.toLocaleString('en');
    return [
      {
        what: `${BARS} bars of each of ${symbols} symbols, the first time`,
        measured: perSecond(first, 'bars'),
        yardstick,
        ratio: first / copied,
        target: '≥ 0.2',
      },
      {
        what: `one more bar of each of ${symbols} symbols`,
        measured: perSecond(live, 'bars'),
        yardstick,
        ratio: live / copied,
        target: '',
      },
    ];
  } finally {
    await database.close();
    await own.drop();
  }
}

export async function benchIndicators(server: BenchServer): Promise<BenchTable> {
  return {
    title: 'Indicators of bars',
    rows: [streamRow(), ...(await workerRows(server))],
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await openBenchServer();
  try {
    process.stdout.write(`${renderTable(await benchIndicators(server))}\n`);
  } finally {
    await server.close();
  }
}

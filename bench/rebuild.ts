/**
 * A rebuild of everything against raw `COPY` of the very rows it makes, from files, into identical
 * tables, plus their keys. Both in one run on one server.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { App } from '../cli/app.ts';
import { migrationsDirectory } from '../infra/database/migration-files.ts';
import { openBenchApp } from './support/bench-app.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';
import { type BenchRow, type BenchTable, perSecond, renderTable } from './support/report.ts';

/** Every table of a generation that a rebuild fills; the large ones last, copied side by side. */
const SMALL = ['portfolios', 'securities', 'splits', 'calendar', 'position_state', 'portfolio_state'];
const LARGE = [
  'transactions',
  'prices',
  'fx_rates',
  'fold_checkpoints',
  'position_history',
  'daily_position_snapshots',
  'position_timeseries',
  'portfolio_timeseries',
];

async function connect(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set search_path = ${schema}, public`);
  return client;
}

async function dump(url: string, schema: string, directory: string): Promise<void> {
  const client = await connect(url, schema);
  for (const table of [...SMALL, ...LARGE])
    await pipeline(
      client.query(copyTo(`copy ${table} to stdout`)),
      createWriteStream(join(directory, table)),
    );
  await client.end();
}

/** Seconds for `COPY` of all tables, the large ones over four connections, and their keys. */
async function rawCopy(url: string, directory: string): Promise<number> {
  const client = await connect(url, 'yard');
  const migrations = join(migrationsDirectory(), 'generation');
  await client.query('drop schema if exists yard cascade; create schema yard');
  await client.query(await readFile(join(migrations, '0001_tables.sql'), 'utf8'));
  await client.query('checkpoint');
  const started = performance.now();
  const copy = async (connection: pg.Client, table: string) =>
    pipeline(
      createReadStream(join(directory, table)),
      connection.query(copyFrom(`copy ${table} from stdin`)),
    );
  for (const table of SMALL) await copy(client, table);
  const queue = [...LARGE].reverse();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const connection = await connect(url, 'yard');
      for (let table = queue.pop(); table !== undefined; table = queue.pop()) await copy(connection, table);
      await connection.end();
    }),
  );
  await client.query(await readFile(join(migrations, '0002_keys.sql'), 'utf8'));
  const seconds = (performance.now() - started) / 1000;
  await client.query('drop schema yard cascade');
  await client.end();
  return seconds;
}

/** Runs the rebuild and watches the process's memory while it goes on. */
async function rebuild(app: App): Promise<{ seconds: number; rows: number; keys: number; peakMb: number }> {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 50);
  const { seconds, rows, keys } = await app.projections.rebuild({ all: true }, look);
  clearInterval(timer);
  return { seconds, rows, keys, peakMb: peak / 2 ** 20 };
}

/** @param portfolios ten years of each make some 45,000 position-days */
export async function benchRebuild(portfolios: number, rounds = 3): Promise<BenchTable> {
  const bench = await openBenchApp();
  const { app, directory } = bench;
  try {
    await loadScaledDemo(app, portfolios);
    await app.projections.rebuild({ all: true });
    const { slot } = await app.projections.status();
    await dump(app.database.url, slot, directory);
    const rows: BenchRow[] = [];
    let [ours, raw] = [Infinity, Infinity];
    const events = await app.log.head();
    let [peakMb, days] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const run = await rebuild(app);
      ours = Math.min(ours, run.seconds);
      [peakMb, days] = [Math.max(peakMb, run.peakMb), run.rows];
      raw = Math.min(raw, await rawCopy(app.database.url, directory));
      process.stderr.write(
        `round ${round + 1}: rebuild ${run.seconds.toFixed(1)} s, COPY ${raw.toFixed(1)} s\n`,
      );
    }
    rows.push({
      what: `rebuild of ${days.toLocaleString('en')} position-days from ${events.toLocaleString('en')} events`,
      measured: `${ours.toFixed(1)} s (${perSecond(days / ours, 'position-days')})`,
      yardstick: `${raw.toFixed(1)} s (COPY of the same rows, and keys)`,
      ratio: ours / raw,
      target: '≤ 1.25',
    });
    rows.push({
      what: 'peak memory of the process that rebuilds',
      measured: `${peakMb.toFixed(0)} MB`,
      yardstick: '512 MB',
      ratio: peakMb / 512,
      target: '≤ 1',
    });
    return { title: 'A full rebuild against raw COPY', rows };
  } finally {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const table = await benchRebuild(Number(process.argv[2] ?? 25), Number(process.argv[3] ?? 3));
  process.stdout.write(`${renderTable(table)}\n`);
}

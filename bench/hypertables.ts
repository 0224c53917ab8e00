/**
 * Hypertables against plain tables with the same rows and keys, on one TimescaleDB server and in one run:
 * filling them, reading ten years of them, and what they take on disk; with the full edition, of the
 * columnstore as well.
 *
 * The server is that of BENCH_TIMESCALE_URL, whose role may create databases and the extension.
 */
import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { detectTimescale } from '../infra/database/capabilities.ts';
import { openDatabase } from '../infra/database/database.ts';
import { loadPortfolioDays, loadPositionDays } from '../infra/read-model/days.ts';
import { type BenchApp, openBenchApp } from './support/bench-app.ts';
import { type BenchRow, type BenchTable, median, renderTable } from './support/report.ts';
import { loadScaledDemo } from './support/scaled-demo.ts';
import { connect, dumpDaily, fillYard, storage } from './support/yard.ts';

const READS = 60;

interface Reads {
  readonly portfolio: number;
  readonly position: number;
}

interface Key {
  readonly portfolio_id: string;
  readonly security_id: string;
}

/** Median milliseconds of the read API's own statements over all days there are. */
async function read(url: string, schema: string, keys: readonly Key[]): Promise<Reads> {
  const database = openDatabase({ url, maxConnections: 1, searchPath: `${schema},public` });
  const timed = async (work: (key: Key) => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < READS; i++) {
      const started = performance.now();
      await work(keys[i % keys.length]!);
      times.push(performance.now() - started);
    }
    return median(times);
  };
  try {
    return {
      portfolio: await timed((key) => loadPortfolioDays(database, key.portfolio_id, {})),
      position: await timed((key) =>
        loadPositionDays(database, key.portfolio_id, key.security_id, {}, { limit: 5000 }),
      ),
    };
  } finally {
    await database.close();
  }
}

async function keysOf(url: string, schema: string): Promise<Key[]> {
  const client = await connect(url, schema);
  const { rows } = await client.query<Key>(
    `select distinct on (portfolio_no) portfolio_id, security_id
     from position_state join portfolios using (portfolio_no) join securities using (security_no)
     order by portfolio_no, first_day, security_no`,
  );
  await client.end();
  return rows;
}

async function hasColumnstore(url: string): Promise<boolean> {
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    return (await detectTimescale(database)).edition === 'full';
  } finally {
    await database.close();
  }
}

/** Compresses every chunk of the generation, however young. */
async function compress(url: string, slot: string): Promise<void> {
  const client = await connect(url, slot);
  await client.query(`call compress_old_days(0, '{"schema": "${slot}", "after": "-10 years"}')`);
  await client.end();
}

/** Seconds of whole rebuilds from the log, the least of each, taken in turn. */
async function rebuilds(apps: readonly BenchApp[], portfolios: number, rounds: number): Promise<number[]> {
  for (const { app } of apps) await loadScaledDemo(app, portfolios);
  const least = apps.map(() => Infinity);
  for (let round = 0; round < rounds; round++)
    for (const [i, { app }] of round % 2 === 0 ? [...apps.entries()] : [...apps.entries()].reverse())
      least[i] = Math.min(least[i]!, (await app.projections.rebuild({ all: true })).seconds);
  return least;
}

/** @param portfolios ten years of each make some 45,000 position-days */
async function measure(
  url: string,
  [hypertables, plainTables]: readonly [BenchApp, BenchApp],
  portfolios: number,
  rounds: number,
): Promise<BenchTable> {
  const [rebuilt, rebuiltPlain] = await rebuilds([hypertables, plainTables], portfolios, rounds);
  const { app, directory } = hypertables;
  const { slot } = await app.projections.status();
  await dumpDaily(url, slot, directory);
  const keys = await keysOf(url, slot);

  let [plain, hyper] = [Infinity, Infinity];
  const fillPlain = async () => {
    plain = Math.min(plain, await fillYard(url, 'yard_plain', directory, false));
  };
  const fillHyper = async () => {
    hyper = Math.min(hyper, await fillYard(url, 'yard_hyper', directory, true));
  };
  // What one leaves to be written out weighs on the next, so they take turns at being first.
  for (let round = 0; round < rounds; round++)
    for (const fill of round % 2 === 0 ? [fillPlain, fillHyper] : [fillHyper, fillPlain]) await fill();
  const [plainReads, hyperReads] = [await read(url, 'yard_plain', keys), await read(url, 'yard_hyper', keys)];
  const [plainSize, hyperSize] = [await storage(url, 'yard_plain'), await storage(url, 'yard_hyper')];
  const rows: BenchRow[] = [
    {
      what: `rebuild of ${plainSize.rows.toLocaleString('en')} daily rows from the log`,
      measured: `${rebuilt!.toFixed(1)} s (hypertables)`,
      yardstick: `${rebuiltPlain!.toFixed(1)} s (plain tables)`,
      ratio: rebuilt! / rebuiltPlain!,
      target: '',
    },
    {
      what: 'raw COPY of these rows, and keys',
      measured: `${hyper.toFixed(1)} s (hypertables)`,
      yardstick: `${plain.toFixed(1)} s (plain tables)`,
      ratio: hyper / plain,
      target: '',
    },
    ...readRows('hypertables', hyperReads, plainReads),
    sizeRow('hypertables', hyperSize, plainSize),
  ];
  if (await hasColumnstore(url)) {
    await compress(url, slot);
    rows.push(
      ...readRows('columnstore', await read(url, slot, keys), plainReads),
      sizeRow('columnstore', await storage(url, slot), plainSize),
    );
  }
  return { title: 'Hypertables against plain tables', rows };
}

function readRows(what: string, measured: Reads, plain: Reads): BenchRow[] {
  const row = (series: keyof Reads): BenchRow => ({
    what: `ten years of a ${series}, daily`,
    measured: `${measured[series].toFixed(1)} ms (${what})`,
    yardstick: `${plain[series].toFixed(1)} ms (plain tables)`,
    ratio: measured[series] / plain[series],
    target: '',
  });
  return [row('portfolio'), row('position')];
}

type Storage = Awaited<ReturnType<typeof storage>>;

function sizeRow(what: string, measured: Storage, plain: Storage): BenchRow {
  const perMillion = ({ bytes, rows }: Storage) => bytes / 2 ** 20 / (rows / 1e6);
  return {
    what: 'disk for a million daily rows with keys',
    measured: `${perMillion(measured).toFixed(0)} MB (${what})`,
    yardstick: `${perMillion(plain).toFixed(0)} MB (plain tables)`,
    ratio: perMillion(measured) / perMillion(plain),
    target: '',
  };
}

/** In databases of its own, dropped afterwards. */
export async function benchHypertables(
  serverUrl: string,
  portfolios: number,
  rounds = 3,
): Promise<BenchTable> {
  const hypertables = await createDatabase(serverUrl);
  const plainTables = await createDatabase(serverUrl);
  const open: BenchApp[] = [];
  try {
    // What stands in the way of the extension leaves a database with plain tables.
    const plain = openDatabase({ url: plainTables.url, maxConnections: 1 });
    await plain.query('create schema timescaledb_information');
    await plain.close();
    const apps = [
      await openBenchApp({ DATABASE_URL: hypertables.url }),
      await openBenchApp({ DATABASE_URL: plainTables.url }),
    ] as const;
    open.push(...apps);
    return await measure(hypertables.url, apps, portfolios, rounds);
  } finally {
    for (const app of open) await app.close();
    await hypertables.drop();
    await plainTables.drop();
  }
}

async function createDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `chronofolio_bench_${randomBytes(4).toString('hex')}`;
  const admin = openDatabase({ url: serverUrl, maxConnections: 1 });
  await admin.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    async drop() {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.close();
    },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const url = process.env.BENCH_TIMESCALE_URL;
  if (!url) throw new Error('BENCH_TIMESCALE_URL names no TimescaleDB server');
  const table = await benchHypertables(url, Number(process.argv[2] ?? 25), Number(process.argv[3] ?? 3));
  process.stdout.write(`${renderTable(table)}\n`);
}

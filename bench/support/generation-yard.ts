/** All of a generation's rows as files, and the raw `COPY` of them into identical tables, plus their keys. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { migrationsDirectory, readMigrations } from '../../infra/database/migration-files.ts';
import { connect } from './yard.ts';

/** Every table that a rebuild fills; the large ones last, copied side by side. */
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
/** In the order in which a rebuild writes them; a hypertable's `COPY … TO` of its own would find nothing. */
const ORDER: Readonly<Record<string, string>> = {
  daily_position_snapshots: ' order by portfolio_no, security_no, date',
  position_timeseries: ' order by portfolio_no, security_no, date',
  portfolio_timeseries: ' order by portfolio_no, date',
};
const CONNECTIONS = 4;

export async function dumpGeneration(url: string, schema: string, directory: string): Promise<void> {
  const client = await connect(url, schema);
  for (const table of [...SMALL, ...LARGE])
    await pipeline(
      client.query(copyTo(`copy (select * from ${table}${ORDER[table] ?? ''}) to stdout`)),
      createWriteStream(join(directory, table)),
    );
  await client.end();
}

/** Seconds for `COPY` of all tables, the large ones over four connections, and their keys. */
export async function copyGeneration(url: string, directory: string, hypertables: boolean): Promise<number> {
  const client = await connect(url, 'yard');
  await client.query('drop schema if exists yard cascade; create schema yard');
  const migrations = await readMigrations(join(migrationsDirectory(), 'generation'));
  for (const { name, sql } of migrations) if (name !== 'keys') await client.query(sql);
  if (hypertables) {
    const file = join(migrationsDirectory(), 'timescale', 'apache', '0001_hypertables.sql');
    await client.query(await readFile(file, 'utf8'));
  }
  await client.query('checkpoint');
  const started = performance.now();
  for (const table of SMALL) await copyTable(client, table, directory);
  const queue = [...LARGE].reverse();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const connection = await connect(url, 'yard');
      for (let table = queue.pop(); table !== undefined; table = queue.pop())
        await copyTable(connection, table, directory);
      await connection.end();
    }),
  );
  const keys = migrations.find(({ name }) => name === 'keys')!;
  // One by one, as TimescaleDB demands of the indexes of hypertables.
  for (const statement of keys.sql.split(/;\s*$/m)) await client.query(statement);
  const seconds = (performance.now() - started) / 1000;
  await client.query('drop schema yard cascade');
  await client.end();
  return seconds;
}

async function copyTable(
  client: Awaited<ReturnType<typeof connect>>,
  table: string,
  directory: string,
): Promise<void> {
  await pipeline(
    createReadStream(join(directory, table)),
    client.query(copyFrom(`copy ${table} from stdin`)),
  );
}

/** The daily tables in a schema of their own, plain or hypertables, filled by raw `COPY` and measured. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { migrationsDirectory, readMigrations } from '../../infra/database/migration-files.ts';

export const DAILY = ['daily_position_snapshots', 'position_timeseries', 'portfolio_timeseries'] as const;
/** By which ids become numbers. */
const NAMES = ['portfolios', 'securities'] as const;

/** In the order in which a rebuild writes them; a hypertable's `COPY … TO` of its own would find nothing. */
const ROWS: Readonly<Record<(typeof DAILY)[number] | (typeof NAMES)[number], string>> = {
  portfolios: 'select * from portfolios',
  securities: 'select * from securities',
  daily_position_snapshots: 'select * from daily_position_snapshots order by portfolio_no, security_no, date',
  position_timeseries: 'select * from position_timeseries order by portfolio_no, security_no, date',
  portfolio_timeseries: 'select * from portfolio_timeseries order by portfolio_no, date',
};

/** Index builds at once, as in a rebuild. */
const BUILDERS = 2;

export async function connect(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set search_path = ${schema}, public`);
  return client;
}

/** Writes the rows of a generation into files. */
export async function dumpDaily(url: string, schema: string, directory: string): Promise<void> {
  const client = await connect(url, schema);
  for (const table of [...NAMES, ...DAILY])
    await pipeline(
      client.query(copyTo(`copy (${ROWS[table]}) to stdout`)),
      createWriteStream(join(directory, table)),
    );
  await client.end();
}

/** Makes the schema anew; seconds for `COPY` of its daily tables, one connection each, and for their keys. */
export async function fillYard(
  url: string,
  schema: string,
  directory: string,
  hypertables: boolean,
): Promise<number> {
  const client = await connect(url, schema);
  const sql = (...path: string[]) => readFile(join(migrationsDirectory(), ...path), 'utf8');
  await client.query(`drop schema if exists ${schema} cascade; create schema ${schema}`);
  await client.query(await sql('generation', '0001_tables.sql'));
  if (hypertables) await client.query(await sql('timescale', 'apache', '0001_hypertables.sql'));
  const copy = async (table: string): Promise<void> => {
    const connection = await connect(url, schema);
    await pipeline(
      createReadStream(join(directory, table)),
      connection.query(copyFrom(`copy ${table} from stdin`)),
    );
    await connection.end();
  };
  for (const table of NAMES) await copy(table);
  await client.query('checkpoint');
  const started = performance.now();
  await Promise.all(DAILY.map(copy));
  const keys = (await readMigrations(join(migrationsDirectory(), 'generation'))).find(
    (m) => m.name === 'keys',
  );
  const statements = (keys?.sql ?? '')
    .split(/;\s*$/m)
    .filter((statement) => DAILY.some((table) => statement.includes(` on ${table} `)))
    .values();
  await Promise.all(
    Array.from({ length: BUILDERS }, async () => {
      const connection = await connect(url, schema);
      for (const statement of statements) await connection.query(statement);
      await connection.end();
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await client.query(`analyze ${DAILY.join(', ')}`);
  await client.end();
  return seconds;
}

/** Makes the schema anew, empty and with its keys. */
export async function makeYard(url: string, schema: string): Promise<void> {
  const client = await connect(url, schema);
  await client.query(`drop schema if exists ${schema} cascade; create schema ${schema}`);
  for (const { sql } of await readMigrations(join(migrationsDirectory(), 'generation')))
    await client.query(sql);
  await client.end();
}

/** Bytes of the three tables with their indexes, and their rows. */
export async function storage(url: string, schema: string): Promise<{ bytes: number; rows: number }> {
  const client = await connect(url, schema);
  let [bytes, rows] = [0, 0];
  for (const table of DAILY) {
    // Of a plain table the first one is null.
    const { rows: answer } = await client.query<{ bytes: string; rows: string }>(
      `select coalesce(hypertable_size(to_regclass($1)), pg_total_relation_size(to_regclass($1))) as bytes,
              (select count(*) from ${table}) as rows`,
      [`${schema}.${table}`],
    );
    bytes += Number(answer[0]!.bytes);
    rows += Number(answer[0]!.rows);
  }
  await client.end();
  return { bytes, rows };
}

/** How large a generation is. */
import type { Database } from '../database/database.ts';
import type { GenerationSize, Slot } from '../../projections/generation.ts';

/** Keys and portfolios are counted; rows are what the server estimated when it last gathered statistics. */
export async function sizeOf(database: Database, slot: Slot): Promise<GenerationSize> {
  const [row] = await database.query<{
    portfolios: number;
    keys: number;
    rows: number;
    bytes: number;
    hypertables: boolean;
  }>(
    `with recursive tables (oid, shown) as (
       select c.oid, c.relname in ('position_history', 'daily_position_snapshots', 'position_timeseries',
                                   'portfolio_timeseries')
       from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r'
       union all
       select i.inhrelid, t.shown from tables t join pg_inherits i on i.inhparent = t.oid
     )
     select (select count(*) from portfolio_state) as portfolios,
            (select count(*) from position_state) as keys,
            coalesce(sum(greatest(c.reltuples, 0)) filter (where t.shown), 0)::bigint as rows,
            coalesce(sum(pg_total_relation_size(t.oid)), 0)::bigint as bytes,
            to_regproc('hypertable_size') is not null as hypertables
     from tables t join pg_class c on c.oid = t.oid`,
    [slot],
  );
  const size = {
    portfolios: row?.portfolios ?? 0,
    keys: row?.keys ?? 0,
    rows: row?.rows ?? 0,
    bytes: row?.bytes ?? 0,
  };
  return row?.hypertables ? { ...size, ...(await withColumnstore(database, slot, size)) } : size;
}

/** What is compressed is in tables that nothing is inherited by. */
async function withColumnstore(
  database: Database,
  slot: Slot,
  { rows, bytes }: Pick<GenerationSize, 'rows' | 'bytes'>,
): Promise<Pick<GenerationSize, 'rows' | 'bytes'>> {
  const [row] = await database.query<{ bytes: number; rows: number }>(
    `select coalesce(sum(hypertable_size(h.name)), 0)::bigint as bytes,
            coalesce(sum(approximate_row_count(h.name)), 0)::bigint as rows
     from (select format('%I.%I', hypertable_schema, hypertable_name)::regclass as name
           from timescaledb_information.hypertables where hypertable_schema = $1) h`,
    [slot],
  );
  const [plain] = await database.query<{ bytes: number; rows: number }>(
    `with recursive tables (oid) as (
       select format('%I.%I', hypertable_schema, hypertable_name)::regclass::oid
       from timescaledb_information.hypertables where hypertable_schema = $1
       union all
       select i.inhrelid from tables t join pg_inherits i on i.inhparent = t.oid
     )
     select coalesce(sum(pg_total_relation_size(t.oid)), 0)::bigint as bytes,
            coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint as rows
     from tables t join pg_class c on c.oid = t.oid`,
    [slot],
  );
  return {
    bytes: bytes - (plain?.bytes ?? 0) + (row?.bytes ?? 0),
    rows: rows - (plain?.rows ?? 0) + (row?.rows ?? 0),
  };
}

/** Current prices as clients get them. */
import type { Snapshot } from '../../projections/market/model.ts';
import type { SnapshotReads, SnapshotStats } from '../../projections/market/snapshots.ts';
import type { Queryable } from '../database/database.ts';

/** A row of `price_snapshots`: numerics as text. */
export interface SnapshotRow {
  readonly id: string;
  readonly symbol: string;
  readonly price: string;
  readonly timestamp: number;
  readonly volume: string | null;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const ALL = `
  select id, symbol, price, timestamp, volume, bid, ask, created_at, updated_at
  from price_snapshots
  order by timestamp desc, symbol`;

const ONE = `
  select id, symbol, price, timestamp, volume, bid, ask, created_at, updated_at
  from price_snapshots
  where symbol = $1`;

const MANY = `
  select s.id, s.symbol, s.price, s.timestamp, s.volume, s.bid, s.ask, s.created_at, s.updated_at
  from (select symbol, min(place) as place
        from unnest($1::text[]) with ordinality as asked (symbol, place)
        group by symbol) as asked
  join price_snapshots s using (symbol)
  order by asked.place`;

const STATS = `
  select count(*) as "totalSnapshots", max(updated_at) as "latestUpdate"
  from price_snapshots`;

/** @throws DatabaseError from every read */
export function createSnapshotReads(database: Queryable): SnapshotReads {
  return {
    all: async () => (await database.query<SnapshotRow>(ALL)).map(snapshotOf),
    one: async (symbol) => {
      const [row] = await database.query<SnapshotRow>(ONE, [symbol]);
      return row && snapshotOf(row);
    },
    many: async (symbols) => {
      if (symbols.length === 0) return [];
      return (await database.query<SnapshotRow>(MANY, [symbols])).map(snapshotOf);
    },
    stats: async () => (await database.query<SnapshotStats>(STATS))[0]!,
  };
}

/** Charting clients expect numbers, and no member where there is no value. */
export function snapshotOf(row: SnapshotRow): Snapshot {
  return {
    id: row.id,
    symbol: row.symbol,
    price: Number(row.price),
    timestamp: row.timestamp,
    ...(row.volume === null ? {} : { volume: Number(row.volume) }),
    ...(row.bid === null ? {} : { bid: Number(row.bid) }),
    ...(row.ask === null ? {} : { ask: Number(row.ask) }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

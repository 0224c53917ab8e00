/** Current prices put straight into their table, and events as the tick store publishes them. */
import type { Database } from '../../infra/database/database.ts';
import { createSnapshotReads } from '../../infra/market-store/snapshots.ts';
import type { Snapshot } from '../../projections/market/model.ts';

export interface Price {
  readonly symbol: string;
  readonly price: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly volume?: number;
  readonly bid?: number;
  readonly ask?: number;
}

/** Stores prices, one statement, and returns them as clients get them. */
export async function storePrices(database: Database, prices: readonly Price[]): Promise<Snapshot[]> {
  const column = (name: 'symbol' | 'price' | 'timestamp' | 'volume' | 'bid' | 'ask') =>
    prices.map((price) => price[name] ?? null);
  await database.query(
    `with given as (
       select * from unnest($1::text[], $2::numeric[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
         as g (symbol, price, timestamp, volume, bid, ask)
     ), added as (
       insert into symbols (symbol) select symbol from given on conflict (symbol) do nothing
       returning symbol, symbol_no
     ), numbered as (
       select symbol, symbol_no from added union select symbol, symbol_no from symbols
     )
     insert into price_snapshots (symbol, symbol_no, price, timestamp, volume, bid, ask)
     select g.symbol, n.symbol_no, g.price, g.timestamp, g.volume, g.bid, g.ask
     from given g join numbered n using (symbol)
     on conflict (symbol) do update set
       price = excluded.price, timestamp = excluded.timestamp,
       volume = coalesce(excluded.volume, price_snapshots.volume), bid = excluded.bid, ask = excluded.ask,
       updated_at = clock_timestamp()`,
    [column('symbol'), column('price'), column('timestamp'), column('volume'), column('bid'), column('ask')],
  );
  return createSnapshotReads(database).many(prices.map(({ symbol }) => symbol));
}

/** A change of a price that no table knows of. */
export function priceChange(symbol: string, price: number, timestamp: number): Snapshot {
  const at = new Date(timestamp).toISOString().replace('Z', '000Z');
  return {
    id: '6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b',
    symbol,
    price,
    timestamp,
    created_at: '2025-01-01T00:00:00.000000Z',
    updated_at: at,
  };
}

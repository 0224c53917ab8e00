/** Current prices as they change: rows of `price_snapshots`, and the form in which they are told. */
import { numberOfUnits } from '../../domain/market/units.ts';
import type { Snapshot } from '../../projections/market/model.ts';
import type { Change } from '../../projections/market/tick-fold.ts';
import type { Queryable } from '../database/queryable.ts';
import { int4Array, int8Array, numericArray } from './tick-arrays.ts';
import type { TickSymbol } from './tick-symbols.ts';

const UPDATE = `
  update price_snapshots p
  set price = c.price, timestamp = c.timestamp, volume = c.volume, bid = c.bid, ask = c.ask, updated_at = $7
  from unnest($1::int[], $2::numeric[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
    as c (symbol_no, price, timestamp, volume, bid, ask)
  where p.symbol_no = c.symbol_no`;

/** @param latest the last change of each symbol */
export async function updateSnapshots(
  tx: Queryable,
  latest: readonly Change<TickSymbol>[],
  at: string,
): Promise<void> {
  if (latest.length === 0) return;
  const prices = latest.map(({ current }) => current);
  await tx.query(UPDATE, [
    int4Array(latest.map(({ of }) => of.symbolNo)),
    numericArray(prices.map(({ price }) => price)),
    int8Array(prices.map(({ timestamp }) => timestamp)),
    numericArray(prices.map(({ volume }) => volume)),
    numericArray(prices.map(({ bid }) => bid)),
    numericArray(prices.map(({ ask }) => ask)),
    at,
  ]);
}

export function snapshotOf({ of, current }: Change<TickSymbol>, at: string): Snapshot {
  const { volume, bid, ask, timestamp } = current;
  const { id, symbol, createdAt: created_at } = of;
  const price = numberOfUnits(current.price);
  // All of it is the usual case, and putting it together piece by piece would cost several times as much.
  if (volume !== undefined && bid !== undefined && ask !== undefined)
    return {
      id,
      symbol,
      price,
      timestamp,
      volume: numberOfUnits(volume),
      bid: numberOfUnits(bid),
      ask: numberOfUnits(ask),
      created_at,
      updated_at: at,
    };
  return {
    id,
    symbol,
    price,
    timestamp,
    ...(volume === undefined ? undefined : { volume: numberOfUnits(volume) }),
    ...(bid === undefined ? undefined : { bid: numberOfUnits(bid) }),
    ...(ask === undefined ? undefined : { ask: numberOfUnits(ask) }),
    created_at,
    updated_at: at,
  };
}

/** Market events as payloads of notifications, which have to be shorter than 8000 bytes. */
import { z } from 'zod';
import type { AlertRaised, MarketEvent, Snapshot } from '../../projections/market/model.ts';

const MAX_BYTES = 7_900;

const PRICE = z.tuple([
  z.string(),
  z.string(),
  z.number(),
  z.number(),
  z.number().nullable(),
  z.number().nullable(),
  z.number().nullable(),
  z.string(),
  z.string(),
]);
const ALERT = z.object({
  alert_id: z.string(),
  rule_id: z.string(),
  symbol: z.string(),
  interval: z.string(),
  condition: z.string(),
  value: z.number(),
  at: z.number(),
  raised_at: z.string(),
});
const PAYLOAD = z.object({
  from: z.string(),
  prices: z.array(PRICE).optional(),
  alerts: z.array(ALERT).optional(),
});

type Price = z.output<typeof PRICE>;

/**
 * An event in as many payloads as it takes, in order.
 * @returns what fits in no payload is left out, and counted
 */
export function payloadsOf(event: MarketEvent, from: string): { payloads: string[]; omitted: number } {
  return event.type === 'prices'
    ? packed(from, 'prices', event.snapshots.map(priceOf))
    : packed(from, 'alerts', event.alerts);
}

/** The event of a payload; `undefined` for one that is our own, or is none. */
export function eventOf(payload: string, own: string): MarketEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  const parsed = PAYLOAD.safeParse(value);
  if (!parsed.success || parsed.data.from === own) return undefined;
  const { prices, alerts } = parsed.data;
  if (prices) return { type: 'prices', snapshots: prices.map(snapshotOf) };
  return alerts && { type: 'alerts', alerts };
}

function packed(
  from: string,
  kind: 'prices' | 'alerts',
  items: readonly (Price | AlertRaised)[],
): { payloads: string[]; omitted: number } {
  const head = `{"from":${JSON.stringify(from)},"${kind}":[`;
  const room = MAX_BYTES - Buffer.byteLength(head) - 2;
  const payloads: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  let omitted = 0;
  const close = () => {
    if (texts.length > 0) payloads.push(`${head}${texts.join(',')}]}`);
    texts = [];
    bytes = 0;
  };
  for (const item of items) {
    const text = JSON.stringify(item);
    const size = Buffer.byteLength(text) + 1;
    if (size > room) {
      omitted++;
      continue;
    }
    if (bytes + size > room) close();
    texts.push(text);
    bytes += size;
  }
  close();
  return { payloads, omitted };
}

function priceOf(snapshot: Snapshot): Price {
  const { id, symbol, price, timestamp, volume, bid, ask, created_at, updated_at } = snapshot;
  return [id, symbol, price, timestamp, volume ?? null, bid ?? null, ask ?? null, created_at, updated_at];
}

function snapshotOf(price: Price): Snapshot {
  const [id, symbol, value, timestamp, volume, bid, ask, created_at, updated_at] = price;
  return {
    id,
    symbol,
    price: value,
    timestamp,
    ...(volume === null ? {} : { volume }),
    ...(bid === null ? {} : { bid }),
    ...(ask === null ? {} : { ask }),
    created_at,
    updated_at,
  };
}

/** Invented ticks: random walks with positive prices and plausible quotes, without end. */
import type { OutgoingTick } from '../../projections/market/ingest-sink.ts';
import { parseSymbol } from '../../domain/market/symbol.ts';
import { UNIT_SCALE } from '../../domain/market/tick.ts';
import { randomStream } from '../demo/random.ts';
import type { RandomStream } from '../demo/random.ts';

const CENT = 10n ** BigInt(UNIT_SCALE - 2);
const SHARE = 10n ** BigInt(UNIT_SCALE);
/** Of one tick: some two percent in ten thousand ticks. */
const DEVIATION = 0.0002;
/** A walk stays between a fifth of where it began and five times that. */
const REACH = 5;

interface Walk {
  readonly code: string;
  readonly symbol: string;
  readonly exchange: string | undefined;
  readonly random: RandomStream;
  readonly begun: number;
  price: number;
  last: { timestamp: number; volume: number };
}

/** @returns the next tick at a moment in Unix milliseconds; symbols take turns at random */
export function tickGenerator(codes: readonly string[], seed: number): (timestamp: number) => OutgoingTick {
  const turns = randomStream(seed, 'turns');
  const walks = codes.map((code): Walk => {
    const random = randomStream(seed, code);
    const begun = Math.exp(random.between(Math.log(10), Math.log(500)));
    const parsed = parseSymbol(code);
    if (!parsed) throw new RangeError(`${code} is not a symbol`);
    return { code, ...parsed, random, begun, price: begun, last: { timestamp: 0, volume: 0 } };
  });
  return (timestamp) => next(turns.pick(walks), timestamp);
}

function next(walk: Walk, timestamp: number): OutgoingTick {
  const { code, symbol, exchange, random, begun, last } = walk;
  const moved = walk.price * Math.exp(DEVIATION * random.normal());
  walk.price = Math.min(Math.max(moved, begun / REACH), begun * REACH);
  const cents = BigInt(Math.max(Math.round(walk.price * 100), 2));
  // Two trades of a moment must differ, or the second would be taken for the first told again.
  const traded = 100 * random.integer(1, 10);
  const volume = last.timestamp === timestamp ? last.volume + random.integer(1, 10) : traded;
  walk.last = { timestamp, volume };
  return {
    code,
    tick: {
      symbol,
      exchange,
      price: cents * CENT,
      timestamp,
      volume: BigInt(volume) * SHARE,
      bid: (cents - 1n) * CENT,
      ask: (cents + BigInt(random.integer(0, 2))) * CENT,
    },
  };
}

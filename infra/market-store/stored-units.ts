/** Prices and volumes of the tables as units. */
import { UNIT_SCALE } from '../../domain/market/tick.ts';

const ONE = 10n ** BigInt(UNIT_SCALE);

/**
 * The text of a column with eight decimals, or of a whole number. Sums of volumes may be larger than any
 * volume that is taken in.
 */
export function storedUnits(text: string): bigint {
  const point = text.length - UNIT_SCALE - 1;
  return text[point] === '.' ? BigInt(text.slice(0, point) + text.slice(point + 1)) : BigInt(text) * ONE;
}

/** The weight of a part in a whole over some days. */
import { add, decimal, divide, sign, subtract, ZERO, type Decimal } from '../decimal.ts';
import { RETURN_SCALE } from '../returns/model.ts';

export interface RunningWeights {
  /** The mean weight over days `first` to `last` (both included), `null` where none of them counts. */
  mean(first: number, last: number): Decimal | null;
}

/** part / whole to 20 places; a part without a value is nothing. `null` unless the whole is above zero. */
export function weightIn(part: Decimal | undefined, whole: Decimal): Decimal | null {
  if (sign(whole) <= 0) return null;
  return part === undefined ? ZERO : divide(part, whole, RETURN_SCALE);
}

/** Summed up once, for the means over any number of stretches. */
export function runningWeights(weights: readonly (Decimal | null)[]): RunningWeights {
  const sums = [ZERO];
  const counts = [0];
  for (const [i, weight] of weights.entries()) {
    sums.push(weight === null ? sums[i]! : add(sums[i]!, weight));
    counts.push(counts[i]! + (weight === null ? 0 : 1));
  }
  return {
    mean(first, last) {
      const count = first > last ? 0 : counts[last + 1]! - counts[first]!;
      if (count === 0) return null;
      return divide(subtract(sums[last + 1]!, sums[first]!), decimal(count), RETURN_SCALE);
    },
  };
}

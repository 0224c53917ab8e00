/** Moments of a sample. The mean comes first and the deviations from it second, so that no digits cancel. */

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation, of n − 1. */
  readonly deviation: number;
  /** m3 / m2^1.5 and m4 / m2² − 3, of the moments of n; `null` without variation. */
  readonly skewness: number | null;
  readonly excessKurtosis: number | null;
}

/**
 * Returns are differences of 1 from a quotient of floats, so that the last digits of 1 (2e-16) remain in
 * them: a deviation or a return closer to 0 than this is nothing but those.
 */
const NOTHING = 1e-13;

export function mean(values: ArrayLike<number>): number {
  const { length } = values;
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i]!;
  const first = total / length;
  // What the first pass lost to rounding.
  let rest = 0;
  for (let i = 0; i < length; i++) rest += values[i]! - first;
  return first + rest / length;
}

/** Of at least two values. */
export function moments(values: ArrayLike<number>): Moments {
  const count = values.length;
  const centre = mean(values);
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const apart = values[i]! - centre;
    const square = apart * apart;
    second += square;
    third += square * apart;
    fourth += square * square;
  }
  const deviation = settled(Math.sqrt(second / (count - 1)));
  const variance = second / count;
  return {
    count,
    mean: centre,
    deviation,
    skewness: deviation === 0 ? null : third / count / variance ** 1.5,
    excessKurtosis: deviation === 0 ? null : fourth / count / variance ** 2 - 3,
  };
}

/** Nothing instead of what rounding leaves. */
export function settled(value: number): number {
  return Math.abs(value) < NOTHING ? 0 : value;
}

/** Root mean square of the shortfalls below nothing, over all values. */
export function downsideDeviation(excess: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < excess.length; i++) {
    const short = Math.min(excess[i]!, 0);
    squares += short * short;
  }
  return settled(Math.sqrt(squares / excess.length));
}

/** Sample covariance, of n − 1, of two lists of the same length of at least two. */
export function covariance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  let products = 0;
  for (let i = 0; i < a.length; i++) products += (a[i]! - centreA) * (b[i]! - centreB);
  return products / (a.length - 1);
}

/** Sums, means and deviations of any stretch of a list in constant time, by running sums made once. */
import { settled } from './moments.ts';

/** The sum of the terms before entry `i`, with what rounding lost of it kept beside it. */
interface Running {
  readonly sums: Float64Array;
  readonly lost: Float64Array;
}

/** What rounding loses of a sum is itself a float (D. E. Knuth, The Art of Computer Programming 2, 4.2.2). */
function running(length: number, term: (i: number) => number): Running {
  const sums = new Float64Array(length + 1);
  const lost = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) {
    // A value that is not known must not spoil the sums of what comes after it.
    const [before, value] = [sums[i]!, term(i) || 0];
    const sum = before + value;
    const added = sum - before;
    sums[i + 1] = sum;
    lost[i + 1] = lost[i]! + (before - (sum - added) + (value - added));
  }
  return { sums, lost };
}

function between({ sums, lost }: Running, start: number, end: number): number {
  return sums[end]! - sums[start]! + (lost[end]! - lost[start]!);
}

/** Entries `start` to `end − 1` of the lists, and before them one of its own where the window cuts a bucket. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export interface WindowMoments {
  readonly mean: number;
  readonly deviation: number;
}

export interface Sliding {
  /** Sample moments of a window of at least two; `extra` stands before the entries of the list. */
  moments(window: Window, extra?: number): WindowMoments;
  /** Root mean square of what is below zero. */
  downside(window: Window, extra?: number): number;
}

/** Below it the difference of the sums of squares has lost digits that matter. */
const CANCELLED = 1e-6;

export function sliding(values: Float64Array): Sliding {
  const unknown = running(values.length, (i) => (Number.isNaN(values[i]!) ? 1 : 0));
  const centre = centreOf(values);
  const first = running(values.length, (i) => values[i]! - centre);
  const second = running(values.length, (i) => (values[i]! - centre) ** 2);
  const short = running(values.length, (i) => Math.min(values[i]!, 0) ** 2);
  return {
    moments({ start, end }, extra) {
      if (between(unknown, start, end) > 0) return { mean: NaN, deviation: NaN };
      const more = extra === undefined ? 0 : extra - centre;
      const count = end - start + (extra === undefined ? 0 : 1);
      const sum = between(first, start, end) + more;
      const squares = between(second, start, end) + more * more;
      const apart = squares - (sum * sum) / count;
      const mean = centre + sum / count;
      const exact = apart < CANCELLED * squares ? squaresAround(mean, values, start, end, extra) : apart;
      return { mean, deviation: settled(Math.sqrt(exact / (count - 1))) };
    },
    downside({ start, end }, extra) {
      if (between(unknown, start, end) > 0) return NaN;
      const count = end - start + (extra === undefined ? 0 : 1);
      const squares = between(short, start, end) + Math.min(extra ?? 0, 0) ** 2;
      return settled(Math.sqrt(Math.max(squares, 0) / count));
    },
  };
}

/** The mean of what is known: sums around it are of the size of the variance. */
function centreOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length;
}

function squaresAround(
  mean: number,
  values: Float64Array,
  start: number,
  end: number,
  extra: number | undefined,
): number {
  let squares = extra === undefined ? 0 : (extra - mean) ** 2;
  for (let i = start; i < end; i++) squares += (values[i]! - mean) ** 2;
  return squares;
}

/** Sample covariances of windows of two lists of the same length; NaN with a value that is not known. */
export function slidingCovariance(
  a: Float64Array,
  b: Float64Array,
): (window: Window, extra?: readonly [number, number]) => number {
  const [centreA, centreB] = [centreOf(a), centreOf(b)];
  const unknown = running(a.length, (i) => (Number.isNaN(a[i]! + b[i]!) ? 1 : 0));
  const sumsA = running(a.length, (i) => a[i]! - centreA);
  const sumsB = running(b.length, (i) => b[i]! - centreB);
  const products = running(a.length, (i) => (a[i]! - centreA) * (b[i]! - centreB));
  return ({ start, end }, extra) => {
    if (between(unknown, start, end) > 0) return NaN;
    const [moreA, moreB] = extra ? [extra[0] - centreA, extra[1] - centreB] : [0, 0];
    const count = end - start + (extra ? 1 : 0);
    const [sumA, sumB] = [between(sumsA, start, end) + moreA, between(sumsB, start, end) + moreB];
    const [whole, ofMeans] = [between(products, start, end) + moreA * moreB, (sumA * sumB) / count];
    if (Math.abs(whole - ofMeans) >= CANCELLED * Math.abs(ofMeans)) return (whole - ofMeans) / (count - 1);
    const [meanA, meanB] = [centreA + sumA / count, centreB + sumB / count];
    let direct = extra ? (extra[0] - meanA) * (extra[1] - meanB) : 0;
    for (let i = start; i < end; i++) direct += (a[i]! - meanA) * (b[i]! - meanB);
    return direct / (count - 1);
  };
}

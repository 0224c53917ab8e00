/** Value at risk and expected shortfall, by three methods, of one return or of some in a row. Losses are positive. */
import type { Moments } from './moments.ts';
import { normalDensity, normalQuantile } from './normal.ts';

export interface Tail {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/** Returns needed for the tail to be expected to hold one of them: 20 at a confidence of 95 %. */
export function returnsForTail(confidence: number): number {
  return Math.ceil(rounded(1 / (1 - confidence)));
}

/** 1 − 0.9 is not quite 0.1 in binary, and (n − 1) · 0.1 must not fall short of a whole number for that. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** Every run of so many returns, compounded: fewer by the horizon less 1, and overlapping. */
export function overHorizon(returns: Float64Array, horizon: number): Float64Array {
  if (horizon === 1) return returns;
  const runs = new Float64Array(Math.max(0, returns.length - horizon + 1));
  for (let start = 0; start < runs.length; start++) {
    let growth = 1;
    for (let i = start; i < start + horizon; i++) growth *= 1 + returns[i]!;
    runs[start] = growth - 1;
  }
  return runs;
}

/** The moments of the sum of so many returns that do not depend on each other. */
export function sumOf(sample: Moments, horizon: number): Moments {
  const { mean, deviation, skewness, excessKurtosis } = sample;
  return {
    ...sample,
    mean: mean * horizon,
    deviation: deviation * Math.sqrt(horizon),
    skewness: skewness === null ? null : skewness / Math.sqrt(horizon),
    excessKurtosis: excessKurtosis === null ? null : excessKurtosis / horizon,
  };
}

/**
 * From the returns as they were: the quantile between the two ordered returns around (n − 1)(1 − c), by
 * straight line (type 7 of R. J. Hyndman and Y. Fan, The American Statistician 50, 1996), and the mean of
 * the returns up to it.
 */
export function historicalTail(ascending: Float64Array, confidence: number): Tail {
  const place = rounded((ascending.length - 1) * (1 - confidence));
  const below = Math.floor(place);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  let total = 0;
  for (let i = 0; i <= below; i++) total += ascending[i]!;
  return {
    valueAtRisk: -(low + (place - below) * (high - low)),
    expectedShortfall: -total / (below + 1),
  };
}

/** Of a normal distribution with the returns' mean and deviation. */
export function parametricTail({ mean, deviation }: Moments, confidence: number): Tail {
  const probability = 1 - confidence;
  const z = normalQuantile(probability);
  return {
    valueAtRisk: -(mean + deviation * z),
    expectedShortfall: -mean + (deviation * normalDensity(z)) / probability,
  };
}

/**
 * With the normal quantile z bent by skewness S and excess kurtosis K (E. A. Cornish and R. A. Fisher, 1938):
 * z + (z² − 1)S/6 + (z³ − 3z)K/24 − (2z³ − 5z)S²/36, and the mean of that over the tail (D. Maillard, A User's
 * Guide to the Cornish Fisher Expansion, 2012). `null` without variation and where it is not monotone.
 */
export function cornishFisherTail(sample: Moments, confidence: number): Tail | null {
  const { mean, deviation, skewness: s, excessKurtosis: k } = sample;
  if (s === null || k === null || !isMonotone(s, k)) return null;
  const probability = 1 - confidence;
  const z = normalQuantile(probability);
  const bent =
    z + ((z ** 2 - 1) * s) / 6 + ((z ** 3 - 3 * z) * k) / 24 - ((2 * z ** 3 - 5 * z) * s ** 2) / 36;
  const tail =
    (normalDensity(z) / probability) *
    (1 + (z * s) / 6 + ((z ** 2 - 1) * k) / 24 - ((2 * z ** 2 - 1) * s ** 2) / 36);
  return { valueAtRisk: -(mean + deviation * bent), expectedShortfall: -mean + deviation * tail };
}

/**
 * Whether the expansion rises with z everywhere, as a quantile must: its derivative is a parabola
 * (K/8 − S²/6)z² + (S/3)z + 1 − K/8 + 5S²/36, which must nowhere be below zero.
 */
export function isMonotone(s: number, k: number): boolean {
  const a = k / 8 - s ** 2 / 6;
  const b = s / 3;
  const c = 1 - k / 8 + (5 * s ** 2) / 36;
  if (a === 0) return b === 0 && c >= 0;
  return a > 0 && b * b - 4 * a * c <= 0;
}

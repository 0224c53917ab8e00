/**
 * Sums over a window: the last numbers of a column and the present one.
 *
 * They are made anew for every bar. A running sum that adds what comes and subtracts what goes is quicker,
 * but what it rounds stays in it, so that it depends on everything it ever saw. They are taken of distances
 * to the present number: a window of equal numbers then has exactly that mean and exactly no deviation.
 */
import type { Column } from './past.ts';

/** Arithmetic mean of `count` numbers, `last` included. The column holds at least `count - 1`. */
export function windowMean(column: Column, last: number, count: number): number {
  return last + meanDistance(column, last, count);
}

/** Their mean with weights 1, 2, … `count`, the heaviest on `last`. */
export function weightedMean(column: Column, last: number, count: number): number {
  const { data, end } = column;
  let sum = 0;
  for (let weight = 1; weight < count; weight++) sum += weight * (data[end - count + weight]! - last);
  return last + sum / ((count * (count + 1)) / 2);
}

/** Sum of the squares of the distances to their mean. */
export function squaredDeviations(column: Column, last: number, count: number): number {
  const { data, end } = column;
  const mean = meanDistance(column, last, count);
  let sum = mean * mean;
  for (let index = end - count + 1; index < end; index++) {
    const deviation = data[index]! - last - mean;
    sum += deviation * deviation;
  }
  return sum;
}

export function windowHighest(column: Column, last: number, count: number): number {
  const { data, end } = column;
  let highest = last;
  for (let index = end - count + 1; index < end; index++) highest = Math.max(highest, data[index]!);
  return highest;
}

export function windowLowest(column: Column, last: number, count: number): number {
  const { data, end } = column;
  let lowest = last;
  for (let index = end - count + 1; index < end; index++) lowest = Math.min(lowest, data[index]!);
  return lowest;
}

function meanDistance(column: Column, last: number, count: number): number {
  const { data, end } = column;
  let sum = 0;
  for (let index = end - count + 1; index < end; index++) sum += data[index]! - last;
  return sum / count;
}

/**
 * The internal rate of return of dated flows, actual/365: all rates at which they discount to nothing.
 * Floats are used in here and nowhere else in the returns; amounts only enter, rates only leave.
 */
import type { Day } from '../dates.ts';
import { DAYS_PER_YEAR } from './annualise.ts';
import { lowestPoint, brent } from './roots.ts';

/** An amount on a day, seen by the owner: positive when received. Two of one day are netted. */
export interface DatedFlow {
  readonly day: Day;
  readonly amount: number;
}

/** `no_flows`: nothing moved; `one_sign`: money only went in or only came out; `no_root`: no rate fits. */
export type XirrFailure = 'no_flows' | 'one_sign' | 'no_root';

export type Xirr =
  | { readonly kind: 'found'; /** ln(1 + yearly rate), ascending. */ readonly logarithms: readonly number[] }
  | { readonly kind: 'none'; readonly reason: XirrFailure };

/**
 * Where rates are scanned, in x = ln(1 + rate): in steps of 0.8 % up to e², coarser up to e¹⁴, and then by
 * doubling to where a single day already discounts to nothing. For flows within less than a year the
 * bounds apply to the rate over that time instead, since its yearly equivalent is far larger.
 */
const FINE = { reach: 2, steps: 256 };
const COARSE = { reach: 14, steps: 64 };
const UTMOST = 1e6;
const TINY = 1e-9;

/** All rates that discount the flows to zero. Days may come in any order. */
export function xirr(input: readonly DatedFlow[]): Xirr {
  const flows = net(input);
  if (flows.length === 0) return { kind: 'none', reason: 'no_flows' };
  if (changes(flows.map((flow) => flow.amount)) === 0) return { kind: 'none', reason: 'one_sign' };
  const years = (flows.at(-1)!.day - flows[0]!.day) / DAYS_PER_YEAR;
  const unit = Math.max(1, 1 / years);
  const balanced = balances(flows);
  const roots = [
    ...search((x) => futureValue(flows, -x), flows.toReversed(), balanced, unit).map((x) => -x),
    ...(balanced ? [0] : []),
    ...search((x) => presentValue(flows, x), flows, balanced, unit),
  ].sort((a, b) => a - b);
  const logarithms = roots.filter((x, i) => i === 0 || x - roots[i - 1]! > 1e-7);
  return logarithms.length > 0 ? { kind: 'found', logarithms } : { kind: 'none', reason: 'no_root' };
}

/** Whether the amounts add up to nothing, but for what floats lose: then zero is a rate. */
function balances(flows: readonly DatedFlow[]): boolean {
  let [total, gross] = [0, 0];
  for (const { amount } of flows) {
    total += amount;
    gross += Math.abs(amount);
  }
  return Math.abs(total) <= flows.length * Number.EPSILON * gross;
}

function net(input: readonly DatedFlow[]): DatedFlow[] {
  const netted: DatedFlow[] = [];
  for (const flow of input.toSorted((a, b) => a.day - b.day)) {
    const last = netted.at(-1);
    if (last?.day === flow.day)
      netted[netted.length - 1] = { day: flow.day, amount: last.amount + flow.amount };
    else netted.push(flow);
  }
  return netted.filter((flow) => flow.amount !== 0);
}

/** How often the sign changes along the values, zeros left out. */
function changes(values: readonly number[]): number {
  let count = 0;
  let last = 0;
  for (const value of values) {
    if (value === 0) continue;
    if (last !== 0 && value < 0 !== last < 0) count++;
    last = value;
  }
  return count;
}

function partialSums(flows: readonly DatedFlow[]): number[] {
  let total = 0;
  return flows.map((flow) => (total += flow.amount));
}

/**
 * The zeros of `f` at positive x, where `f` is the value of the flows seen from the end at which x
 * discounts nothing, and `ordered` are the flows from that end on. There are no more zeros than their
 * partial sums change sign (f(x)/x is the Laplace transform of those sums), so that the usual portfolio,
 * with one change on one side and none on the other, needs no scan.
 */
function search(
  f: (x: number) => number,
  ordered: readonly DatedFlow[],
  balanced: boolean,
  unit: number,
): number[] {
  const sums = partialSums(balanced ? ordered.slice(0, -1) : ordered);
  const bound = changes(sums);
  if (bound === 0) return [];
  // A zero at x = 0 itself is none of this side's, but hides the sign with which the side begins.
  const origin = balanced ? TINY * unit : 0;
  if (bound > 1) return scan(f, grid(origin, unit));
  const start = f(origin);
  for (let [low, high] = [origin, 0.01 * unit]; low < UTMOST; [low, high] = [high, high * 2]) {
    if (f(high) < 0 !== start < 0) return [brent(f, low, high)];
  }
  return [];
}

function grid(origin: number, unit: number): number[] {
  const points = [origin];
  const { reach, steps } = FINE;
  for (let i = 1; i <= steps; i++) points.push((i / steps) * reach * unit);
  for (let i = 1; i <= COARSE.steps; i++)
    points.push((reach + (i / COARSE.steps) * (COARSE.reach - reach)) * unit);
  while (points.at(-1)! < UTMOST) points.push(points.at(-1)! * 2);
  return points;
}

function scan(f: (x: number) => number, points: readonly number[]): number[] {
  const values = points.map(f);
  const roots: number[] = [];
  for (let i = 1; i < points.length; i++) {
    const [before, here, after] = [values[i - 1]!, values[i]!, values[i + 1]];
    if (here === 0) roots.push(points[i]!);
    else if (before !== 0 && before < 0 !== here < 0) roots.push(brent(f, points[i - 1]!, points[i]!));
    // Two zeros between neighbouring points leave no change of sign, only a dip towards zero.
    if (after === undefined || before < 0 !== here < 0 || here < 0 !== after < 0) continue;
    if (Math.abs(here) < Math.abs(before) && Math.abs(here) <= Math.abs(after))
      roots.push(...rootsOfDip(f, points[i - 1]!, points[i + 1]!, here < 0 ? -1 : 1));
  }
  return roots;
}

function rootsOfDip(f: (x: number) => number, low: number, high: number, side: 1 | -1): number[] {
  const bottom = lowestPoint((x) => side * f(x), low, high);
  const value = side * f(bottom);
  if (value < 0) return [brent(f, low, bottom), brent(f, bottom, high)];
  // A zero that only touches: as near to zero as the rounding of the amounts lets one see.
  return value <= 1e-12 * Math.max(Math.abs(f(low)), Math.abs(f(high))) ? [bottom] : [];
}

/** Σ amount·e^(−x·t), t in years from the first flow; for x ≥ 0, where no factor exceeds 1. */
function presentValue(flows: readonly DatedFlow[], x: number): number {
  const daily = Math.exp(-x / DAYS_PER_YEAR);
  let value = 0;
  let next = flows.at(-1)!.day;
  for (let i = flows.length - 1; i >= 0; i--) {
    const { day, amount } = flows[i]!;
    const factor = next - day === 1 ? daily : Math.exp((-x * (next - day)) / DAYS_PER_YEAR);
    value = value * factor + amount;
    next = day;
  }
  return value;
}

/** Σ amount·e^(x·t), t in years to the last flow; for x ≤ 0, where no factor exceeds 1. */
function futureValue(flows: readonly DatedFlow[], x: number): number {
  const daily = Math.exp(x / DAYS_PER_YEAR);
  let value = 0;
  let last = flows[0]!.day;
  for (const { day, amount } of flows) {
    const factor = day - last === 1 ? daily : Math.exp((x * (day - last)) / DAYS_PER_YEAR);
    value = value * factor + amount;
    last = day;
  }
  return value;
}

/**
 * Parcels and the order in which they are given up.
 *
 * A position holds lots of one sign only, sorted by (opened instant, id). Cost never leaks: a part of a
 * lot takes its share rounded to 10 decimals, and what is left keeps the exact rest.
 */
import {
  abs,
  add,
  AMOUNT_SCALE,
  compare,
  divide,
  equal,
  isZero,
  min,
  multiply,
  negate,
  RATE_SCALE,
  sign,
  subtract,
  sum,
  ZERO,
} from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { CostBasisMethod } from '../events.ts';
import type { Lot, Transaction } from './model.ts';

/** `value × part / whole` as an amount. */
export function shareOf(value: Decimal, part: Decimal, whole: Decimal): Decimal {
  return divide(multiply(value, part), whole, AMOUNT_SCALE);
}

/** The base cost of lots, `null` when one of them is unknown. */
export function costBaseOf(lots: readonly Lot[]): Decimal | null {
  let total = ZERO;
  for (const lot of lots) {
    if (lot.costBase === null) return null;
    total = add(total, lot.costBase);
  }
  return total;
}

function compareLots(a: Lot, b: Lot): number {
  if (a.openedAt !== b.openedAt) return a.openedAt < b.openedAt ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sameRate(a: Decimal | null, b: Decimal | null): boolean {
  return a === b || (a !== null && b !== null && equal(a, b));
}

/** Several lots as one, with the identity of the first and the average of their rates. */
export function poolLots(lots: readonly Lot[]): Lot {
  const first = lots[0]!;
  if (lots.length === 1) return first;
  const cost = sum(lots.map((lot) => lot.cost));
  const costBase = costBaseOf(lots);
  const fxRate = lots.every((lot) => sameRate(lot.fxRate, first.fxRate))
    ? first.fxRate
    : costBase === null || isZero(cost)
      ? null
      : divide(costBase, cost, RATE_SCALE);
  return { ...first, quantity: sum(lots.map((lot) => lot.quantity)), cost, costBase, fxRate };
}

/**
 * Adds a lot. `average` pools all into one. Cash of the same rate runs together under any method, since
 * one unit of it cannot be told from another: base-currency cash is always a single lot.
 */
export function openLot(
  lots: readonly Lot[],
  lot: Lot,
  method: CostBasisMethod,
  isCash: boolean,
): readonly Lot[] {
  const last = lots[lots.length - 1];
  if (last === undefined) return [lot];
  if (method === 'average') return [poolLots([...lots, lot])];
  if (isCash && sameRate(last.fxRate, lot.fxRate)) return [...lots.slice(0, -1), poolLots([last, lot])];
  if (compareLots(last, lot) < 0) return [...lots, lot];
  // A lot that comes by a reorganisation keeps its age and goes to its place; two parts of one meet again.
  const at = lots.findIndex((other) => compareLots(other, lot) >= 0);
  const same = at >= 0 && compareLots(lots[at]!, lot) === 0;
  if (same) return [...lots.slice(0, at), poolLots([lots[at]!, lot]), ...lots.slice(at + 1)];
  return at < 0 ? [...lots, lot] : [...lots.slice(0, at), lot, ...lots.slice(at)];
}

export interface Closing {
  readonly left: readonly Lot[];
  /** The lots given up, whole or in part, signed as they were held. */
  readonly taken: readonly Lot[];
}

/** Positions in `lots` in the order in which the method gives them up. */
function closingOrder(lots: readonly Lot[], method: CostBasisMethod): number[] {
  const order = lots.map((_, index) => index);
  if (method === 'lifo') return order.reverse();
  // The lot whose closing gains least: the dearest of a long position, the cheapest sold of a short one.
  // Unit costs are compared crosswise, so that nothing is rounded.
  if (method === 'hifo')
    return order.sort((i, j) => {
      const [a, b] = [lots[i]!, lots[j]!];
      return compare(multiply(b.cost, abs(a.quantity)), multiply(a.cost, abs(b.quantity))) || i - j;
    });
  return order;
}

/** Part of a lot: `units` carries no sign. */
function partOf(lot: Lot, units: Decimal): Lot {
  const size = abs(lot.quantity);
  if (equal(units, size)) return lot;
  const cost = shareOf(lot.cost, units, size);
  // The same value in both currencies is divided once.
  const costBase = lot.costBase === lot.cost ? cost : lot.costBase && shareOf(lot.costBase, units, size);
  return { ...lot, quantity: sign(lot.quantity) < 0 ? negate(units) : units, cost, costBase };
}

function restOf(lot: Lot, part: Lot): Lot {
  const cost = subtract(lot.cost, part.cost);
  const costBase =
    lot.costBase === lot.cost ? cost : lot.costBase && part.costBase && subtract(lot.costBase, part.costBase);
  return { ...lot, quantity: subtract(lot.quantity, part.quantity), cost, costBase };
}

/** First in, first out: the usual case, without looking at the lots that stay. */
function closeOldest(lots: readonly Lot[], quantity: Decimal): Closing {
  const taken: Lot[] = [];
  let remaining = quantity;
  let index = 0;
  while (index < lots.length && !isZero(remaining)) {
    const lot = lots[index]!;
    const part = partOf(lot, min(remaining, abs(lot.quantity)));
    taken.push(part);
    if (part !== lot) return { left: [restOf(lot, part), ...lots.slice(index + 1)], taken };
    remaining = subtract(remaining, abs(part.quantity));
    index++;
  }
  return { left: lots.slice(index), taken };
}

/**
 * Gives up `quantity` units (no sign, at most what is held) by the method. Named lots go first where the
 * method is `specific`; what they do not cover goes first in, first out.
 */
export function closeLots(
  lots: readonly Lot[],
  quantity: Decimal,
  method: CostBasisMethod,
  named: Transaction['lots'] = [],
): Closing {
  const held = method === 'average' && lots.length > 1 ? [poolLots(lots)] : lots;
  if (method === 'fifo' || method === 'average') return closeOldest(held, quantity);
  const units: Decimal[] = new Array<Decimal>(held.length).fill(ZERO);
  let remaining = quantity;
  const take = (index: number, limit: Decimal): void => {
    const available = subtract(abs(held[index]!.quantity), units[index]!);
    const size = min(min(limit, available), remaining);
    units[index] = add(units[index]!, size);
    remaining = subtract(remaining, size);
  };
  if (method === 'specific')
    for (const name of named) {
      const index = held.findIndex((lot) => lot.id === name.lotId);
      if (index >= 0) take(index, name.quantity);
    }
  for (const index of closingOrder(held, method)) {
    if (isZero(remaining)) break;
    take(index, remaining);
  }
  const left: Lot[] = [];
  const taken: Lot[] = [];
  held.forEach((lot, index) => {
    if (isZero(units[index]!)) {
      left.push(lot);
      return;
    }
    const part = partOf(lot, units[index]!);
    taken.push(part);
    if (part !== lot) left.push(restOf(lot, part));
  });
  return { left, taken };
}

export interface Recovery {
  readonly lots: readonly Lot[];
  /** Cost taken off the lots: at most the amount, at most their cost. */
  readonly recovered: Decimal;
  readonly recoveredBase: Decimal | null;
}

/** Takes cost off a lot, and the same share off its base cost. */
function reduceCost(lot: Lot, by: Decimal): Lot {
  if (isZero(by)) return lot;
  const cost = subtract(lot.cost, by);
  if (lot.costBase === null) return { ...lot, cost, costBase: isZero(cost) ? ZERO : null };
  const base = isZero(cost) ? lot.costBase : shareOf(lot.costBase, by, lot.cost);
  return { ...lot, cost, costBase: subtract(lot.costBase, base) };
}

/**
 * Takes an amount paid back off the cost of long lots, evenly by unit; where a lot's cost is used up,
 * the rest comes off the others, oldest first. Short lots are left alone.
 */
export function recoverCost(lots: readonly Lot[], paidBack: Decimal): Recovery {
  if (sign(paidBack) <= 0 || lots.length === 0 || sign(lots[0]!.quantity) < 0)
    return { lots, recovered: ZERO, recoveredBase: ZERO };
  let remaining = paidBack;
  let units = sum(lots.map((lot) => lot.quantity));
  let spill = ZERO;
  const evenly = lots.map((lot) => {
    const share = equal(units, lot.quantity) ? remaining : shareOf(remaining, lot.quantity, units);
    const by = min(share, lot.cost);
    units = subtract(units, lot.quantity);
    remaining = subtract(remaining, share);
    spill = add(spill, subtract(share, by));
    return by;
  });
  const reduced = lots.map((lot, index) => {
    const more = min(spill, subtract(lot.cost, evenly[index]!));
    spill = subtract(spill, more);
    return reduceCost(lot, add(evenly[index]!, more));
  });
  const [before, after] = [costBaseOf(lots), costBaseOf(reduced)];
  return {
    lots: reduced,
    recovered: subtract(paidBack, spill),
    recoveredBase: before === null || after === null ? null : subtract(before, after),
  };
}

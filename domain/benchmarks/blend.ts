/** The index of a blend: what 1 invested in its components by their weights has become, day by day. */
import { isoDate } from '../dates.ts';
import type { Day } from '../dates.ts';
import { add, divide, isZero, multiply, ONE, round, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { Rebalancing } from '../events.ts';
import type { PricePoint } from '../books/model.ts';
import type { Series } from '../books/series.ts';

/** Decimal places of an index, and of a weight that has drifted. */
export const INDEX_SCALE = 20;
/** Significant digits of a weight per unit of value: enough for the index to be exact to its last place. */
const GROWTH_DIGITS = 40;

export interface BlendPart {
  /** Fraction of the whole at every rebalancing; those of a blend add up to 1. */
  readonly weight: Decimal;
  /** Closes or levels in the part's own currency. */
  readonly levels: Series;
  /** Units of the blend's currency for one of the part's; always 1 where they are the same. */
  readonly rates: Series;
}

/** Lists hold one entry for each calendar day from `first` on. */
export interface Blend {
  readonly first: Day;
  /** 1 on the first day. */
  readonly index: readonly Decimal[];
  /** In the order given, in the currency of the blend; none where they were not asked for. */
  readonly parts: readonly BlendedPart[];
}

export interface BlendedPart {
  /** 1 on the first day. */
  readonly index: readonly Decimal[];
  /** Fraction of the whole at the opening of the day: its return is Σ weight × return of the part. */
  readonly weights: readonly Decimal[];
}

/** What is worth something never becomes nothing, so that every day has a return: at least the last place. */
export function aboveZero(level: Decimal): Decimal {
  return isZero(level) ? { coefficient: 1n, scale: INDEX_SCALE } : level;
}

/** The first day on which a level and a rate are known; Infinity when there is none. */
export function firstKnown({ levels, rates }: Pick<BlendPart, 'levels' | 'rates'>): Day {
  return Math.max(levels.points[0]?.day ?? Infinity, rates.points[0]?.day ?? Infinity);
}

/** The name of the period that a day is in: weights are restored at the close before its first day. */
function periodOf(rebalancing: Rebalancing): (day: Day) => string {
  switch (rebalancing) {
    case 'daily':
      return isoDate;
    case 'monthly':
      return (day) => isoDate(day).slice(0, 7);
    case 'quarterly':
      return (day) => `${isoDate(day).slice(0, 4)} ${Math.floor((Number(isoDate(day).slice(5, 7)) - 1) / 3)}`;
    case 'yearly':
      return (day) => isoDate(day).slice(0, 4);
    case 'never':
      return () => '';
    default:
      return rebalancing satisfies never;
  }
}

/** A part on its way through the days. */
interface Walk {
  readonly part: BlendPart;
  /** What `value` is made of, to see without arithmetic whether it moved. */
  level: PricePoint;
  rate: PricePoint;
  /** In the currency of the blend. */
  value: Decimal;
  /** Weight ÷ value at the last rebalancing: one division for all days of a period. */
  perValue: Decimal;
  /** Weight × growth since the last rebalancing. */
  share: Decimal;
}

/** `a / b` to so many significant digits at least, whatever the size of `b`. */
function quotient(a: Decimal, b: Decimal): Decimal {
  const size = b.coefficient.toString().length - b.scale;
  return divide(a, b, Math.max(0, GROWTH_DIGITS + size + a.scale));
}

function walkFrom(part: BlendPart, first: Day): Walk {
  const [level, rate] = [part.levels.at(first)!, part.rates.at(first)!];
  const value = multiply(level.price, rate.price);
  return { part, level, rate, value, perValue: quotient(part.weight, value), share: part.weight };
}

/** The last values known at the close of a day, never those of a later one. Tells whether they are others. */
function move(walk: Walk, day: Day): boolean {
  const [level, rate] = [walk.part.levels.at(day)!, walk.part.rates.at(day)!];
  if (level === walk.level && rate === walk.rate) return false;
  walk.level = level;
  walk.rate = rate;
  walk.value = multiply(level.price, rate.price);
  walk.share = multiply(walk.value, walk.perValue);
  return true;
}

function restore(walk: Walk): void {
  walk.perValue = quotient(walk.part.weight, walk.value);
  walk.share = walk.part.weight;
}

function sharesOf(walks: readonly Walk[]): Decimal {
  return walks.reduce((total, walk) => add(total, walk.share), ZERO);
}

/** Follows the parts: what becomes of each, and what it weighs. */
function createRecord(walks: readonly Walk[]) {
  const starts = walks.map((walk) => walk.value);
  const parts = walks.map(({ part }) => ({ index: [ONE], weights: [part.weight] }));
  let drifted = false;
  return {
    parts,
    /** Before anything moves on a day. */
    opening(restored: boolean): void {
      const total = drifted && !restored ? sharesOf(walks) : ONE;
      for (const [i, { share, part }] of walks.entries()) {
        const { weights } = parts[i]!;
        const before = weights[weights.length - 1]!;
        weights.push(restored ? part.weight : drifted ? divide(share, total, INDEX_SCALE) : before);
      }
    },
    closing(moved: readonly boolean[]): void {
      drifted = moved.includes(true);
      for (const [i, { value }] of walks.entries()) {
        const { index } = parts[i]!;
        index.push(moved[i] ? aboveZero(divide(value, starts[i]!, INDEX_SCALE)) : index[index.length - 1]!);
      }
    },
  };
}

export interface BlendOptions {
  /** No earlier day is the first one. */
  readonly notBefore?: Day;
  /** Whether the parts are told of too, which takes several times as long. */
  readonly withParts?: boolean;
}

/**
 * The blend from its first day to a last one. It begins on the first day on which every part is known.
 * Within a period the index is its value at the last rebalancing times Σ weight × growth of the part since
 * then; index and weights are kept to 20 places, half-even.
 * @returns undefined when it has not begun by the last day
 */
export function blend(
  parts: readonly BlendPart[],
  rebalancing: Rebalancing,
  through: Day,
  { notBefore = -Infinity, withParts = true }: BlendOptions = {},
): Blend | undefined {
  const first = Math.max(notBefore, ...parts.map(firstKnown));
  if (!Number.isFinite(first) || first > through) return undefined;
  // Restoring the weight of a single part changes nothing but the rounding.
  const period = periodOf(parts.length === 1 ? 'never' : rebalancing);
  const walks = parts.map((part) => walkFrom(part, first));
  const record = withParts ? createRecord(walks) : undefined;
  const index: Decimal[] = [ONE];
  let [base, level] = [ONE, ONE];
  let current = period(first);
  for (let day = first + 1; day <= through; day++) {
    const next = period(day);
    const restored = next !== current;
    if (restored) {
      base = level;
      for (const walk of walks) restore(walk);
    }
    current = next;
    record?.opening(restored);
    const moved = walks.map((walk) => move(walk, day));
    if (moved.includes(true)) level = aboveZero(round(multiply(base, sharesOf(walks)), INDEX_SCALE));
    record?.closing(moved);
    index.push(level);
  }
  return { first, index, parts: record?.parts ?? [] };
}

/** How much of a portfolio stands in each of its segments. */
import { apportion } from '../contribution/apportion.ts';
import { abs, add, divide, ONE, sign, sum, ZERO, type Decimal } from '../decimal.ts';
import { FRACTION_SCALE } from '../returns/model.ts';

/** What is held of one security; negative when it is owed. */
export interface Holding {
  readonly segment: string;
  readonly security: string;
  readonly value: Decimal;
}

export interface Exposure {
  /** Long plus short. */
  readonly value: Decimal;
  readonly long: Decimal;
  /** Not above zero. */
  readonly short: Decimal;
  /** Long less short. */
  readonly gross: Decimal;
  /** Fraction of the whole's value; `null` where that is not above zero. */
  readonly weight: Decimal | null;
  /** Securities held. */
  readonly securities: number;
}

export interface ExposureTable {
  readonly segments: ReadonlyMap<string, Exposure>;
  readonly total: Exposure;
}

const QUOTIENT_SCALE = 40;

/**
 * Weights add up to 1 as printed. Holdings of the same security in the same segment are one: what one
 * portfolio owes of it and another holds cancel.
 */
export function exposures(holdings: readonly Holding[]): ExposureTable {
  const segments = new Map<string, Map<string, Decimal>>();
  for (const { segment, security, value } of holdings) {
    const values = segments.get(segment) ?? new Map<string, Decimal>();
    values.set(security, add(values.get(security) ?? ZERO, value));
    segments.set(segment, values);
  }
  const sides = [...segments].map(([segment, values]) => [segment, sidesOf([...values.values()])] as const);
  const total = sum(sides.map(([, side]) => side.value));
  const weights = weightsOf(
    sides.map(([, side]) => side.value),
    total,
  );
  const long = sum(sides.map(([, side]) => side.long));
  const short = sum(sides.map(([, side]) => side.short));
  return {
    segments: new Map(
      sides.map(([segment, side], i) => [segment, { ...side, weight: weights?.[i] ?? null }]),
    ),
    total: {
      value: total,
      long,
      short,
      gross: add(long, abs(short)),
      weight: weights && sides.length > 0 ? ONE : null,
      securities: new Set(holdings.map(({ security }) => security)).size,
    },
  };
}

function sidesOf(values: readonly Decimal[]): Omit<Exposure, 'weight'> {
  const long = sum(values.filter((value) => sign(value) > 0));
  const short = sum(values.filter((value) => sign(value) < 0));
  return {
    value: add(long, short),
    long,
    short,
    gross: add(long, abs(short)),
    securities: values.length,
  };
}

function weightsOf(values: readonly Decimal[], total: Decimal): Decimal[] | null {
  if (sign(total) <= 0) return null;
  const exact = values.map((value) => divide(value, total, QUOTIENT_SCALE));
  return apportion(exact, ONE, FRACTION_SCALE);
}

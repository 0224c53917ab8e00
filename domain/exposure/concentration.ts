/** How few holdings carry a portfolio. */
import { abs, add, compare, divide, multiply, sign, sum, ZERO, type Decimal } from '../decimal.ts';
import { FRACTION_SCALE } from '../returns/model.ts';

export interface Concentration {
  /** Securities with a value. */
  readonly holdings: number;
  readonly largest: { readonly security: string; readonly weight: Decimal } | null;
  /** The weights of the n largest together, for each n asked for; all of them where there are fewer. */
  readonly top: readonly { readonly n: number; readonly weight: Decimal | null }[];
  /** Σ w², from 1/holdings (all the same) to 1 (a single one). */
  readonly herfindahl: Decimal | null;
  /** 1 / Σ w²: how many holdings of the same size would be as concentrated. */
  readonly effective: Decimal | null;
}

/**
 * Weights are fractions of the gross exposure, Σ |value|: of a portfolio without debts and shorts, of its
 * value. The index is O. C. Herfindahl's (*Concentration in the U.S. Steel Industry*, 1950) and, with the
 * root, A. O. Hirschman's (1945).
 * @param holdings of one security each
 * @param counts how many of the largest to add up
 */
export function concentration(
  holdings: readonly { readonly security: string; readonly value: Decimal }[],
  counts: readonly number[],
): Concentration {
  const sizes = holdings
    .map(({ security, value }) => ({ security, size: abs(value) }))
    .filter(({ size }) => sign(size) > 0)
    .sort((a, b) => compare(b.size, a.size) || (a.security < b.security ? -1 : 1));
  const gross = sum(sizes.map(({ size }) => size));
  const [first] = sizes;
  if (!first)
    return {
      holdings: 0,
      largest: null,
      top: counts.map((n) => ({ n, weight: null })),
      herfindahl: null,
      effective: null,
    };
  const squares = sizes.reduce((total, { size }) => add(total, multiply(size, size)), ZERO);
  const ofGross = (size: Decimal) => divide(size, gross, FRACTION_SCALE);
  return {
    holdings: sizes.length,
    largest: { security: first.security, weight: ofGross(first.size) },
    top: counts.map((n) => ({ n, weight: ofGross(sum(sizes.slice(0, n).map(({ size }) => size))) })),
    herfindahl: divide(squares, multiply(gross, gross), FRACTION_SCALE),
    effective: divide(multiply(gross, gross), squares, FRACTION_SCALE),
  };
}

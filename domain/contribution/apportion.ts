/** Rounds numbers so that the rounded ones add up to a rounded total, digit by digit. */
import { abs, add, compare, round, sign, subtract, sum, type Decimal } from '../decimal.ts';

/**
 * The parts at `scale` places with the sum `total` (which has no more places). Each is rounded half-even;
 * the units of the last place that are then missing go one each to the parts that rounding took most from
 * (the method of largest remainders, Hamilton's), first come first among equals. What exceeds one unit for
 * each rounded part is no rounding of these parts: the largest of them takes it, in which it shows least.
 *
 * @throws RangeError when there are no parts for a total that is not zero
 */
export function apportion(parts: readonly Decimal[], total: Decimal, scale: number): Decimal[] {
  const rounded = parts.map((part) => round(part, scale));
  const missing = subtract(total, sum(rounded));
  if (sign(missing) === 0) return rounded;
  if (parts.length === 0) throw new RangeError('no parts to add up to a total');
  const unit: Decimal = { coefficient: sign(missing) < 0 ? -1n : 1n, scale };
  let units = Number(abs(missing).coefficient * 10n ** BigInt(scale - missing.scale));
  const direction = sign(missing);
  const taken = parts.map((part, index) => subtract(part, rounded[index]!));
  // First those from which rounding took most in the direction of the missing units.
  const order = [...parts.keys()]
    .filter((index) => sign(taken[index]!) !== 0)
    .sort((a, b) => compare(taken[b]!, taken[a]!) * direction || a - b);
  for (const index of order.slice(0, units)) rounded[index] = add(rounded[index]!, unit);
  units -= Math.min(units, order.length);
  if (units > 0) {
    const largest = parts.reduce(
      (best, part, index) => (compare(abs(part), abs(parts[best]!)) > 0 ? index : best),
      0,
    );
    const rest: Decimal = { coefficient: unit.coefficient * BigInt(units), scale };
    rounded[largest] = add(rounded[largest]!, rest);
  }
  return rounded;
}

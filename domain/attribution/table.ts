/** The effects of a period as they are printed: they add up to the excess return digit by digit. */
import { apportion } from '../contribution/apportion.ts';
import { abs, add, compare, round, subtract, sum, ZERO, type Decimal } from '../decimal.ts';
import { FRACTION_SCALE } from '../returns/model.ts';
import { addEffects, EFFECTS, NO_EFFECTS, totalEffect, type Effects } from './brinson.ts';

export interface PrintedEffects extends Effects {
  readonly total: Decimal;
}

export interface EffectTable {
  /** In the order of the segments. */
  readonly lines: readonly PrintedEffects[];
  /** Of what belongs to no segment: days without capital, movements that do not cancel. Absent without any. */
  readonly unattributed?: Decimal;
  readonly total: PrintedEffects;
}

/** Less than this is no more than the rounding of the running products. */
const LAST_PLACE: Decimal = { coefficient: 1n, scale: FRACTION_SCALE };

/**
 * @param excess with the printed places: the printed returns' difference
 * @param rounding what the rounding of the days' amounts may come to: up to it nothing is missing
 */
export function effectTable(
  segments: readonly Effects[],
  excess: Decimal,
  rounding: Decimal = ZERO,
): EffectTable {
  const exact = segments.map(totalEffect);
  const rest = subtract(excess, sum(exact));
  const isRest = segments.length === 0 || compare(abs(rest), add(LAST_PLACE, rounding)) > 0;
  const totals = apportion(isRest ? [...exact, rest] : exact, excess, FRACTION_SCALE);
  const lines = segments.map((segment, i): PrintedEffects => {
    const [allocation, selection, interaction, currency] = apportion(
      EFFECTS.map((effect) => segment[effect]),
      totals[i]!,
      FRACTION_SCALE,
    );
    return {
      allocation: allocation!,
      selection: selection!,
      interaction: interaction!,
      currency: currency!,
      total: totals[i]!,
    };
  });
  const unattributed = isRest ? totals[segments.length]! : ZERO;
  const effects = lines.reduce<Effects>(addEffects, NO_EFFECTS);
  return {
    lines,
    ...(isRest ? { unattributed } : {}),
    total: { ...effects, total: add(totalEffect(effects), round(unattributed, FRACTION_SCALE)) },
  };
}

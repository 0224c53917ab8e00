/** An attribution as replies show it. */
import type { PrintedEffects } from '../../domain/attribution/table.ts';
import { decimal, divide, format } from '../../domain/decimal.ts';
import type { CurrencyEffect } from './attribution-sums.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { formatFraction, RETURN_SCALE } from '../../domain/returns/model.ts';

/** Fractions; weights are means of the days'. */
export interface AttributionLine {
  readonly kind: 'segment' | 'unattributed' | 'total';
  readonly key: string;
  readonly name: string | null;
  readonly portfolio_weight: string | null;
  readonly benchmark_weight: string | null;
  readonly portfolio_return: string | null;
  readonly benchmark_return: string | null;
  readonly allocation: string | null;
  readonly selection: string | null;
  readonly interaction: string | null;
  /** `null` where exchange rates are in the other effects. */
  readonly currency: string | null;
  /** All of them together. */
  readonly effect: string | null;
}

export const NO_LINE: AttributionLine = {
  kind: 'total',
  key: 'total',
  name: null,
  portfolio_weight: null,
  benchmark_weight: null,
  portfolio_return: null,
  benchmark_return: null,
  allocation: null,
  selection: null,
  interaction: null,
  currency: null,
  effect: null,
};

/** A segment that neither side had anything of in the period says nothing. */
export function isShown(line: AttributionLine): boolean {
  const figures = [line.portfolio_weight, line.benchmark_weight, line.allocation, line.effect];
  return figures.some((figure) => figure !== null && figure !== '0');
}

export function effectsView(
  { allocation, selection, interaction, currency, total }: PrintedEffects,
  currencyEffect: CurrencyEffect,
) {
  return {
    allocation: format(allocation),
    selection: format(selection),
    interaction: format(interaction),
    currency: currencyEffect === 'apart' ? format(currency) : null,
    effect: format(total),
  };
}

export function mean(weights: Decimal, days: number): string | null {
  return days === 0 ? null : formatFraction(divide(weights, decimal(days), RETURN_SCALE));
}

/** The modified Dietz return: gain over the capital at work on average. */
import { add, decimal, divide, multiply, sign, subtract, type Decimal } from '../decimal.ts';
import { RETURN_SCALE } from './model.ts';

export interface DietzInput {
  readonly beginMarketValue: Decimal;
  readonly endMarketValue: Decimal;
  /** Sum of the flows, positive when value enters. */
  readonly flows: Decimal;
  /** Sum of each flow times the days it was at work: `T − t`. */
  readonly flowDays: Decimal;
  /** T, the days of the period. */
  readonly days: number;
}

/**
 * `(EMV − BMV − Σ CF) / (BMV + Σ CF·(T − t)/T)` to 20 places. A flow at the beginning of the period's
 * k-th day has t = k − 1, at its end t = k. `null` when the average capital is not above zero.
 */
export function modifiedDietz(input: DietzInput): Decimal | null {
  // Multiplied through by T, so that the weights need no rounding.
  const days = decimal(input.days);
  const capital = add(multiply(input.beginMarketValue, days), input.flowDays);
  if (sign(capital) <= 0) return null;
  const gain = subtract(subtract(input.endMarketValue, input.beginMarketValue), input.flows);
  return divide(multiply(gain, days), capital, RETURN_SCALE);
}

/** Our cost of a transaction beside the one its sender computed. */
import { abs, compare, decimal, subtract } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { minorUnit } from './minor-unit.ts';
import type { Effect, PositionState, Transaction } from './model.ts';

export interface CostDiscrepancy {
  readonly transactionId: string;
  /** Both are amounts without a sign, in the position's currency. */
  readonly upstream: Decimal;
  readonly computed: Decimal;
}

/**
 * The transactions whose `net_cost` differs from the change of the position's cost by more than the last
 * minor unit of the currency (a cent, a yen). Senders disagree on the sign of a disposal, so that the
 * amounts are compared without it.
 *
 * @param start the position before the first of `effects`, which are one key's, in order
 */
export function costDiscrepancies(
  start: PositionState,
  effects: readonly Effect[],
  transactions: readonly Pick<Transaction, 'id' | 'securityId' | 'netCost'>[],
  currency: string,
): CostDiscrepancy[] {
  const stated = new Map<string, Decimal>();
  for (const { id, securityId, netCost } of transactions)
    if (netCost && effects[0]?.securityId === securityId) stated.set(id, abs(netCost));
  if (stated.size === 0) return [];
  const tolerance = decimal(minorUnit(currency));
  const found: CostDiscrepancy[] = [];
  let cost = start.cost;
  for (const { transactionId, after } of effects) {
    const computed = abs(subtract(after.cost, cost));
    cost = after.cost;
    const upstream = stated.get(transactionId);
    if (upstream && compare(abs(subtract(upstream, computed)), tolerance) > 0)
      found.push({ transactionId, upstream, computed });
  }
  return found;
}

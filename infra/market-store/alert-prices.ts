/** Rules on prices, against the ticks of a batch. */
import { createEvaluator, NEW_STATE } from '../../domain/alerts/evaluate.ts';
import type { AlertState } from '../../domain/alerts/evaluate.ts';
import type { AlertRaised } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';
import type { FreshPrice } from './alert-hooks.ts';
import { ruleOf } from './alert-index.ts';
import type { WatchedSymbols } from './alert-index.ts';
import { lockRules, readRules, storeWatched } from './alert-states.ts';
import type { RuleRow, Watched } from './alert-states.ts';

/** @param fresh of watched symbols, in order */
export async function watchPrices(
  tx: Queryable,
  { prices }: WatchedSymbols,
  fresh: readonly FreshPrice[],
): Promise<AlertRaised[]> {
  const bySymbol = new Map<string, FreshPrice[]>();
  for (const price of fresh) {
    const others = bySymbol.get(price.symbol);
    if (others) others.push(price);
    else bySymbol.set(price.symbol, [price]);
  }
  const ids = [...bySymbol.keys()].flatMap((symbol) => prices.get(symbol) ?? []);
  const watch = (row: RuleRow) => watched(row, bySymbol.get(row.symbol) ?? []);
  // Most ticks change nothing: only rules that they do something to are locked, and then read anew.
  const moved = (await readRules(tx, ids)).filter((row) => watch(row) !== undefined);
  if (moved.length === 0) return [];
  const rows = await lockRules(
    tx,
    moved.map((row) => row.rule_id),
  );
  return storeWatched(
    tx,
    rows.flatMap((row) => watch(row) ?? []),
  );
}

/** @returns `undefined` when the rule stays as it was */
function watched(row: RuleRow, fresh: readonly FreshPrice[]): Watched | undefined {
  // It may have become one of bars since the index was read.
  if (row.interval !== 'tick') return undefined;
  const before: AlertState = row.state ?? NEW_STATE;
  const evaluator = createEvaluator(ruleOf(row), before);
  const raised = fresh.flatMap(
    ({ price, timestamp }) => evaluator.take({ kind: 'price', price, at: timestamp }) ?? [],
  );
  const state = evaluator.state();
  const same = state.arming.phase === before.arming.phase && state.arming.raisedAt === before.arming.raisedAt;
  // One that was raised and armed again, or raised twice at one moment, differs by having been raised.
  return same && raised.length === 0 ? undefined : { row, state, raised };
}

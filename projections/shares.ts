/**
 * How the fold's work is shared among processes of different roles: by what caused it. A night of new
 * prices then never holds up the day's trades, nor a flood of trades the revaluation, since other processes
 * see to them. Whoever takes a portfolio folds all of it in one transaction, so that the rows do not depend
 * on who does.
 */
import type { Cause } from './register/model.ts';

const SHARE: Readonly<Record<Cause, 'positions' | 'timeseries'>> = {
  transaction: 'positions',
  correction: 'positions',
  cancellation: 'positions',
  settings: 'positions',
  split: 'positions',
  price: 'timeseries',
  fx_rate: 'timeseries',
  business_date: 'timeseries',
  operator: 'timeseries',
  fold_version: 'timeseries',
  regeneration: 'timeseries',
  aggregation: 'timeseries',
};

/** The causes whose marks a role takes up. */
export function causesOf(role: 'positions' | 'timeseries'): readonly Cause[] {
  return (Object.keys(SHARE) as Cause[]).filter((cause) => SHARE[cause] === role);
}

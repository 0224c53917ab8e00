/** How a generation that readers do not see is emptied. */

/**
 * Without its checkpoint nobody else can register into it: a worker that found it active before the last
 * flip, or retained before it was emptied, and was held up since, would fill it a second time.
 */
export const EMPTY = `
  truncate portfolios, securities, splits, transactions, prices, fx_rates, calendar, portfolio_state, position_state,
           dirty, fold_checkpoints, pending_transactions, cost_discrepancies, quarantine, epochs, pruned_epochs,
           position_history, daily_position_snapshots, position_timeseries, portfolio_timeseries restart identity;
  delete from checkpoints`;

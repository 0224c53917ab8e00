/** Facts that change earlier ones. */
import { streams } from '../../domain/events.ts';
import type { PortfolioSettings, TransactionChanges } from '../../domain/events.ts';
import type { Fact } from './books.ts';

type Place = readonly [portfolio: string, security: string, transactionId: string];

export function correction(
  [portfolio_id, security_id, transaction_id]: Place,
  changes: TransactionChanges,
): Fact {
  return {
    streamId: streams.transactions(portfolio_id, security_id),
    event: {
      type: 'TransactionCorrected',
      data: { transaction_id, portfolio_id, security_id, changes, reason: 'a test' },
    },
  };
}

export function cancellation([portfolio_id, security_id, transaction_id]: Place): Fact {
  return {
    streamId: streams.transactions(portfolio_id, security_id),
    event: {
      type: 'TransactionCancelled',
      data: { transaction_id, portfolio_id, security_id, reason: 'a test' },
    },
  };
}

export function settings(
  portfolio_id: string,
  changes: Partial<Omit<PortfolioSettings, 'portfolio_id'>>,
): Fact {
  return {
    streamId: streams.portfolio(portfolio_id),
    event: { type: 'PortfolioSettingsChanged', data: { portfolio_id, changes } },
  };
}

export function split(security_id: string, date: string, ratio: string, prices_adjusted: boolean): Fact {
  return {
    streamId: streams.security(security_id),
    event: { type: 'SplitAnnounced', data: { security_id, date, ratio, prices_adjusted } },
  };
}

/** Which records a run of events needs to be loaded. Pure. */
import { cashSecurityId } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import type { Known, Mentioned } from './model.ts';

/** The ids whose records the events need; of transactions those that are changed. */
export function mentionedIn(events: readonly StoredEvent[]): Mentioned {
  const portfolios = new Set<string>();
  const securities = new Set<string>();
  const transactions = new Set<string>();
  for (const { type, data } of events) {
    if ('portfolio_id' in data) portfolios.add(data.portfolio_id);
    if ('security_id' in data) securities.add(data.security_id);
    if (type === 'TransactionCorrected' || type === 'TransactionCancelled')
      transactions.add(data.transaction_id);
    if (type === 'TransactionRecorded') {
      securities.add(cashSecurityId(data.currency));
      if (data.target_security_id !== undefined) securities.add(data.target_security_id);
    }
    if (type === 'TransactionCorrected') {
      const { target_security_id: target, currency } = data.changes;
      if (target !== undefined) securities.add(target);
      if (currency !== undefined) securities.add(cashSecurityId(currency));
    }
  }
  return { portfolios, securities, transactions };
}

/** The same, with the securities that only the transactions to be changed name; those must be known already. */
export function withAmended(mentioned: Mentioned, known: Known): Mentioned {
  const securities = new Set(mentioned.securities);
  for (const id of mentioned.transactions) {
    const fields = known.transactions.get(id)?.fields;
    if (!fields) continue;
    securities.add(fields.security_id).add(cashSecurityId(fields.currency));
    if (fields.target_security_id !== undefined) securities.add(fields.target_security_id);
  }
  return { ...mentioned, securities };
}

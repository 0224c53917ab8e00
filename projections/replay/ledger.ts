/** What replaying a portfolio takes, wherever it is kept: in memory, or in the tables of a generation. */
import type { BookSettings, KeyDetails, Market } from '../../domain/books/model.ts';
import type { Day } from '../../domain/dates.ts';
import { marketsFrom } from '../fold/market.ts';
import type { SecurityRecord, TransactionRecord } from '../register/model.ts';
import type { Facts } from './facts.ts';

export interface Ledger {
  /** The latest business date. */
  readonly horizon: Day | null;
  readonly detailsOf: (securityNo: number) => KeyDetails;
  /** The securities that the portfolio's transactions touch, ascending. */
  keysOf(portfolioNo: number): readonly number[];
  /** Its transactions that are not cancelled. */
  transactionsOf(
    portfolioNo: number,
  ): readonly Pick<TransactionRecord, 'securityNo' | 'targetNo' | 'fields'>[];
  marketOf(settings: BookSettings): Market;
}

export function ledgerOf(facts: Facts): Ledger {
  const securities = new Map<number, SecurityRecord>();
  for (const security of facts.known.securities.values()) securities.set(security.securityNo, security);
  const ids = new Map([...securities].map(([securityNo, { details }]) => [securityNo, details.security_id]));
  const markets = marketsFrom(facts.market, ids);
  const keys = new Map<number, number[]>();
  for (const [portfolioNo, securityNo] of facts.keys) {
    const list = keys.get(portfolioNo);
    if (list) list.push(securityNo);
    else keys.set(portfolioNo, [securityNo]);
  }
  for (const list of keys.values()) list.sort((a, b) => a - b);
  return {
    horizon: facts.horizon,
    detailsOf(securityNo) {
      const { details } = securities.get(securityNo)!;
      return { securityId: details.security_id, currency: details.currency, isCash: details.type === 'cash' };
    },
    keysOf: (portfolioNo) => keys.get(portfolioNo) ?? [],
    transactionsOf: facts.transactionsOf,
    marketOf: (settings) => markets.of({ settings }),
  };
}

import { describe, expect, it } from 'vitest';
import { costDiscrepancies } from '../../../domain/books/cost-check.ts';
import { foldTransactions } from '../../../domain/books/fold.ts';
import { initialState } from '../../../domain/books/state.ts';
import { transactionFrom } from '../../../domain/books/transactions.ts';
import { format } from '../../../domain/decimal.ts';
import type { TransactionFields } from '../../../domain/events.ts';

const noMarket = { close: () => undefined, fx: () => undefined };

function trade(fields: Partial<TransactionFields> & Pick<TransactionFields, 'transaction_id'>) {
  return transactionFrom(
    {
      portfolio_id: 'P',
      security_id: 'S',
      transaction_type: 'BUY',
      transaction_date: '2025-08-15T10:00:00.000000Z',
      quantity: '10',
      price: '150',
      gross_transaction_amount: '0',
      trade_fee: '5',
      taxes: '0',
      accrued_interest: '0',
      currency: 'USD',
      ...fields,
    },
    'UTC',
  );
}

function check(currency: string, ...transactions: ReturnType<typeof trade>[]) {
  const settings = {
    baseCurrency: currency,
    method: 'fifo',
    allowShort: false,
    inflowTiming: 'bod',
    outflowTiming: 'eod',
  } as const;
  const keys = new Map([['S', { securityId: 'S', currency, isCash: false }]]);
  const { effects } = foldTransactions(settings, keys, new Map(), transactions, noMarket);
  return costDiscrepancies(initialState(), effects, transactions, currency).map((found) => ({
    transactionId: found.transactionId,
    upstream: format(found.upstream),
    computed: format(found.computed),
  }));
}

const sale = {
  transaction_id: 'T2',
  transaction_type: 'SELL',
  transaction_date: '2025-08-16T10:00:00.000000Z',
  quantity: '4',
} as const;

describe("the sender's figure for a cost", () => {
  it('agrees when it is ours', () => {
    expect(check('USD', trade({ transaction_id: 'T1', net_cost: '1505' }))).toEqual([]);
  });

  it('may differ by the last minor unit, and no more', () => {
    expect(check('USD', trade({ transaction_id: 'T1', net_cost: '1505.01' }))).toEqual([]);
    expect(check('USD', trade({ transaction_id: 'T1', net_cost: '1505.02' }))).toEqual([
      { transactionId: 'T1', upstream: '1505.02', computed: '1505' },
    ]);
  });

  it('is measured in the minor unit of its currency', () => {
    expect(check('JPY', trade({ transaction_id: 'T1', net_cost: '1506', currency: 'JPY' }))).toEqual([]);
    expect(check('KWD', trade({ transaction_id: 'T1', net_cost: '1505.01', currency: 'KWD' }))).toHaveLength(
      1,
    );
  });

  it('may have either sign on a disposal, whose cost is that of the lots sold', () => {
    const bought = trade({ transaction_id: 'T1', net_cost: '1505' });
    expect(check('USD', bought, trade({ ...sale, net_cost: '-602' }))).toEqual([]);
    expect(check('USD', bought, trade({ ...sale, net_cost: '602' }))).toEqual([]);
    expect(check('USD', bought, trade({ ...sale, net_cost: '-600' }))).toEqual([
      { transactionId: 'T2', upstream: '600', computed: '602' },
    ]);
  });

  it('is not missed where it was not given', () => {
    expect(check('USD', trade({ transaction_id: 'T1' }))).toEqual([]);
  });
});

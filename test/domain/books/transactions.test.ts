import { describe, expect, it } from 'vitest';
import {
  cashLeg,
  compareTransactions,
  compareWithPlace,
  rankOf,
  transactionFrom,
} from '../../../domain/books/transactions.ts';
import { isoDate } from '../../../domain/dates.ts';
import type { TransactionType } from '../../../domain/events.ts';
import { TRANSACTION_TYPES } from '../../../domain/events.ts';
import { KEYS, text, texts, tx } from './given-books.ts';

describe('compareTransactions', () => {
  it('orders by instant, then rank, then id', () => {
    const at = '2024-01-02';
    const ordered = [
      tx('SELL', 'AAPL', '2024-01-01'),
      tx('SPLIT', 'AAPL', at, { transaction_id: 'Z', ratio: '2' }),
      tx('BUY', 'AAPL', at, { transaction_id: 'Y' }),
      tx('DIVIDEND', 'AAPL', at, { transaction_id: 'X' }),
      tx('TAX', 'AAPL', at, { transaction_id: 'W' }),
      tx('MERGER', 'AAPL', at, { transaction_id: 'V' }),
      tx('SELL', 'AAPL', at, { transaction_id: 'A' }),
      tx('TRANSFER_OUT', 'AAPL', at, { transaction_id: 'B' }),
    ];
    expect([...ordered].reverse().sort(compareTransactions)).toEqual(ordered);
    const [first, second] = [ordered[6]!, ordered[7]!];
    const place = { at: second.at, rank: rankOf(second.type), transactionId: second.id };
    expect(compareWithPlace(first, place)).toBeLessThan(0);
    expect(compareWithPlace(second, place)).toBe(0);
  });
});

describe('transactionFrom', () => {
  it('takes the day in the time zone of the portfolio', () => {
    const fields = {
      transaction_id: 'T',
      portfolio_id: 'P',
      security_id: 'AAPL',
      transaction_date: '2024-03-01T02:00:00.000000Z',
      transaction_type: 'BUY' as const,
      quantity: '1',
      price: '1',
      gross_transaction_amount: '0',
      trade_fee: '0',
      taxes: '0',
      accrued_interest: '0',
      currency: 'USD',
    };
    expect(isoDate(transactionFrom(fields, 'America/New_York').day)).toBe('2024-02-29');
    expect(isoDate(transactionFrom(fields, 'UTC').day)).toBe('2024-03-01');
  });

  it.each<[string, TransactionType, Parameters<typeof tx>[3], string, string]>([
    ['gross from quantity and price', 'BUY', { quantity: '3', price: '1.5' }, '4.5', '1.5'],
    ['price from gross and quantity', 'BUY', { quantity: '8', gross_transaction_amount: '10' }, '10', '1.25'],
    ['an amount of cash from its quantity', 'DEPOSIT', { quantity: '70' }, '70', '1'],
    ['a charge in its own field', 'FEE', { quantity: '10', trade_fee: '4' }, '0', '0'],
    ['no cash in lieu from the units', 'MERGER', { quantity: '10', price: '4' }, '0', '4'],
    [
      'amounts to ten decimals, half-even',
      'BUY',
      { quantity: '1', price: '0.00000000005' },
      '0',
      '0.00000000005',
    ],
  ])('resolves %s', (_, type, details, gross, price) => {
    const security = type === 'DEPOSIT' ? 'CASH_USD' : 'AAPL';
    expect(texts(tx(type, security, '2024-01-02', details), 'gross', 'price')).toEqual({ gross, price });
  });
});

describe('cashLeg', () => {
  const costs = { trade_fee: '3', taxes: '2', accrued_interest: '1' };
  const hundred = { quantity: '10', price: '10', gross_transaction_amount: '100' };
  const moved = (type: TransactionType, details = {}) => {
    const leg = cashLeg(tx(type, 'AAPL', '2024-01-02', { ...hundred, ...details }), KEYS.get('AAPL')!);
    return leg && `${leg.type} ${text(leg.gross)} ${leg.securityId} ${leg.sourceType}`;
  };

  it.each<[TransactionType, string | undefined]>([
    ['BUY', 'CASH_OUT 106 CASH_USD BUY'],
    ['SELL', 'CASH_IN 96 CASH_USD SELL'],
    ['DIVIDEND', 'CASH_IN 95 CASH_USD DIVIDEND'],
    ['INTEREST', 'CASH_IN 95 CASH_USD INTEREST'],
    ['RETURN_OF_CAPITAL', 'CASH_IN 95 CASH_USD RETURN_OF_CAPITAL'],
    ['FEE', 'CASH_OUT 105 CASH_USD FEE'],
    ['TAX', 'CASH_OUT 105 CASH_USD TAX'],
    ['SPIN_OFF', 'CASH_IN 95 CASH_USD SPIN_OFF'],
    ['MERGER', 'CASH_IN 95 CASH_USD MERGER'],
    ['EXCHANGE', 'CASH_IN 95 CASH_USD EXCHANGE'],
    ['TRANSFER_IN', undefined],
    ['TRANSFER_OUT', undefined],
    ['SPLIT', undefined],
  ])('of %s is %s', (type, expected) => {
    expect(moved(type, costs)).toBe(expected);
  });

  it('goes the other way when costs exceed the proceeds, and is none when they meet', () => {
    expect(moved('SELL', { trade_fee: '130' })).toBe('CASH_OUT 30 CASH_USD SELL');
    expect(moved('SELL', { trade_fee: '100' })).toBeUndefined();
  });

  it('is none for a transaction on cash, and keeps id, instant and agreed rate', () => {
    for (const type of TRANSACTION_TYPES)
      expect(cashLeg(tx(type, 'CASH_USD', '2024-01-02', hundred), KEYS.get('CASH_USD')!)).toBeUndefined();
    const buy = tx('BUY', 'AAPL', '2024-01-02', { ...hundred, fx_rate: '0.9' });
    const leg = cashLeg(buy, KEYS.get('AAPL')!)!;
    expect([leg.id, leg.at, leg.day, leg.fxRate]).toEqual([buy.id, buy.at, buy.day, buy.fxRate]);
  });
});

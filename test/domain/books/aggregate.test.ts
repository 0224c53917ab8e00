import { describe, expect, it } from 'vitest';
import {
  addDays,
  blockedBy,
  contribution,
  EMPTY_DAY,
  isEstimated,
  subtractDays,
} from '../../../domain/books/aggregate.ts';
import { EUR_BOOK, fold, plain, tx, USD_BOOK } from './given-books.ts';

const buy = tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100', trade_fee: '2' });

describe('a portfolio day', () => {
  it('is the sum of its rows, and a row can be taken off again', () => {
    const closes = { AAPL: [['2024-01-02', '101']] } as const;
    const deposit = tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '50' });
    const book = fold(USD_BOOK, [buy, deposit], { closes });
    const [shares, cash] = ['AAPL', 'CASH_USD'].map((id) =>
      contribution(book.days(id, '2024-01-02', '2024-01-02')[0]!)!,
    );
    const both = addDays(addDays(EMPTY_DAY, shares!), cash!);
    expect(plain(both)).toEqual({
      bodMarketValue: '0',
      bodCashflow: '50',
      eodCashflow: '0',
      eodMarketValue: '1060',
      income: '0',
      fees: '2',
      taxes: '0',
      cost: '1052',
      positions: 2,
      estimatedPositions: 0,
    });
    expect(plain(subtractDays(both, shares!))).toEqual(plain(cash));
  });

  it('counts no position on the day after the closing', () => {
    const sell = tx('SELL', 'AAPL', '2024-01-03', { quantity: '10', price: '100' });
    const rows = fold(USD_BOOK, [buy, sell]).days('AAPL', '2024-01-01', '2024-01-31');
    expect(rows.map((row) => contribution(row)!.positions)).toEqual([1, 1, 0]);
  });

  it('estimates a value by a trade price, or by a close more than a week old', () => {
    expect(isEstimated(fold(USD_BOOK, [buy]).days('AAPL', '2024-01-02', '2024-01-02')[0]!)).toBe(true);
    const rows = fold(USD_BOOK, [buy], { closes: { AAPL: [['2024-01-02', '100']] } }).days(
      'AAPL',
      '2024-01-02',
      '2024-01-11',
    );
    expect(rows.map((row) => contribution(row)!.estimatedPositions)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });

  it('is blocked by a position without value or without a rate', () => {
    const bare = tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10' });
    const unvalued = fold(USD_BOOK, [bare]).days('AAPL', '2024-01-02', '2024-01-02')[0]!;
    expect([blockedBy(unvalued), contribution(unvalued)]).toEqual(['unvalued_position', null]);
    const noRate = fold(EUR_BOOK, [buy]).days('AAPL', '2024-01-02', '2024-01-02')[0]!;
    expect([blockedBy(noRate), contribution(noRate)]).toEqual(['missing_fx_rate', null]);
    expect(blockedBy(fold(USD_BOOK, [buy]).days('AAPL', '2024-01-02', '2024-01-02')[0]!)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { cashLeg } from '../../../domain/books/transactions.ts';
import { fold, KEYS, text, texts, tx, USD_BOOK } from './given-books.ts';

const closes = { AAPL: [['2024-01-02', '150']] } as const;

describe('TRANSFER_IN', () => {
  it('carries the cost stated and flows in from outside at market value', () => {
    const book = fold(
      USD_BOOK,
      [tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10', gross_transaction_amount: '400' })],
      { closes },
    );
    expect(text(book.state('AAPL').cost)).toBe('400');
    expect(texts(book.last('AAPL'), 'bodFlow', 'bodExternal', 'bodExternalBase')).toEqual({
      bodFlow: '1500',
      bodExternal: '1500',
      bodExternalBase: '1500',
    });
  });

  it('takes the price stated for the cost, else the market value', () => {
    const priced = tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10', price: '90' });
    expect(text(fold(USD_BOOK, [priced], { closes }).state('AAPL').cost)).toBe('900');
    const bare = tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10' });
    expect(text(fold(USD_BOOK, [bare], { closes }).state('AAPL').cost)).toBe('1500');
  });

  it('falls back on the cost for the flow, and knows neither when nothing is known', () => {
    const costed = tx('TRANSFER_IN', 'AAPL', '2024-01-02', {
      quantity: '10',
      gross_transaction_amount: '400',
    });
    expect(text(fold(USD_BOOK, [costed]).last('AAPL').bodExternal)).toBe('400');
    const bare = tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10' });
    const unknown = fold(USD_BOOK, [bare]);
    expect(texts(unknown.last('AAPL'), 'bodFlow', 'bodExternal', 'bodExternalBase', 'eodFlow')).toEqual({
      bodFlow: null,
      bodExternal: null,
      bodExternalBase: null,
      eodFlow: '0',
    });
    expect(texts(unknown.state('AAPL'), 'quantity', 'cost', 'costBase')).toEqual({
      quantity: '10',
      cost: '0',
      costBase: null,
    });
  });

  it('of cash is worth its amount', () => {
    const book = fold(USD_BOOK, [tx('TRANSFER_IN', 'CASH_USD', '2024-01-02', { quantity: '70' })]);
    expect(texts(book.last('CASH_USD'), 'bodExternal')).toEqual({ bodExternal: '70' });
    expect(texts(book.state('CASH_USD'), 'quantity', 'cost')).toEqual({ quantity: '70', cost: '70' });
  });
});

describe('TRANSFER_OUT', () => {
  const held = tx('BUY', 'AAPL', '2024-01-01', { quantity: '10', price: '100' });

  it('leaves with the cost of its lots, realises nothing, and flows out at market value', () => {
    const book = fold(USD_BOOK, [held, tx('TRANSFER_OUT', 'AAPL', '2024-01-02', { quantity: '4' })], {
      closes,
    });
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'realizedLocal')).toEqual({
      quantity: '6',
      cost: '600',
      realizedLocal: '0',
    });
    expect(texts(book.last('AAPL'), 'eodFlow', 'eodExternal')).toEqual({
      eodFlow: '-600',
      eodExternal: '-600',
    });
  });

  it('without a close is worth the last trade price, as the position is', () => {
    const book = fold(USD_BOOK, [held, tx('TRANSFER_OUT', 'AAPL', '2024-01-02', { quantity: '4' })]);
    expect(text(book.last('AAPL').eodExternal)).toBe('-400');
  });

  it('waits for units that are not held', () => {
    const book = fold(USD_BOOK, [tx('TRANSFER_OUT', 'AAPL', '2024-01-02', { quantity: '4' })]);
    expect(book.pending).toMatchObject([{ code: 'insufficient_quantity' }]);
  });
});

it('transfers move no cash', () => {
  expect(
    cashLeg(tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '1' }), KEYS.get('AAPL')!),
  ).toBeUndefined();
});

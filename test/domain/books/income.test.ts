import { describe, expect, it } from 'vitest';
import { EUR_BOOK, fold, foldWithCash, plain, text, texts, tx, USD_BOOK } from './given-books.ts';

const bought = tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100' });

describe('DIVIDEND and INTEREST', () => {
  it('are income, and leave the position net of tax for the cash', () => {
    const dividend = tx('DIVIDEND', 'AAPL', '2024-02-01', {
      quantity: '10',
      price: '2.50',
      taxes: '3.75',
      trade_fee: '0.25',
    });
    const book = foldWithCash(USD_BOOK, [bought, dividend]);
    expect(texts(book.last('AAPL'), 'bodFlow', 'eodFlow', 'eodExternal', 'income', 'taxes', 'fees')).toEqual({
      bodFlow: '0',
      eodFlow: '-21',
      eodExternal: '0',
      income: '25',
      taxes: '3.75',
      fees: '0.25',
    });
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'realizedLocal')).toEqual({
      quantity: '10',
      cost: '1000',
      realizedLocal: '0',
    });
    expect(texts(book.last('CASH_USD'), 'transactionType', 'bodFlow')).toEqual({
      transactionType: 'DIVIDEND',
      bodFlow: '21',
    });
  });

  it('on cash itself add to it without a flow', () => {
    const book = foldWithCash(USD_BOOK, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '1000' }),
      tx('INTEREST', 'CASH_USD', '2024-02-01', { gross_transaction_amount: '10', taxes: '2' }),
    ]);
    expect(texts(book.last('CASH_USD'), 'bodFlow', 'eodFlow', 'income', 'taxes')).toEqual({
      bodFlow: '0',
      eodFlow: '0',
      income: '10',
      taxes: '2',
    });
    expect(texts(book.state('CASH_USD'), 'quantity', 'cost')).toEqual({ quantity: '1008', cost: '1008' });
  });

  it('may be paid after the position is closed, but not before it ever was', () => {
    const sold = tx('SELL', 'AAPL', '2024-01-20', { quantity: '10', price: '110' });
    const paid = tx('DIVIDEND', 'AAPL', '2024-02-01', { gross_transaction_amount: '5' });
    expect(fold(USD_BOOK, [bought, sold, paid]).pending).toEqual([]);
    expect(fold(USD_BOOK, [paid]).pending).toMatchObject([
      {
        code: 'nothing_held',
        reason: 'DIVIDEND of AAPL on 2024-02-01: nothing was ever held up to that moment',
      },
    ]);
  });
});

describe('FEE and TAX', () => {
  it('on cash are a cost, not a flow', () => {
    const book = fold(USD_BOOK, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '1000' }),
      tx('FEE', 'CASH_USD', '2024-02-01', { gross_transaction_amount: '10' }),
      tx('TAX', 'CASH_USD', '2024-02-02', { taxes: '4' }),
    ]);
    const [, fee, tax] = book.effectsOn('CASH_USD');
    expect(texts(fee!, 'bodFlow', 'eodFlow', 'eodExternal', 'fees', 'taxes')).toEqual({
      bodFlow: '0',
      eodFlow: '0',
      eodExternal: '0',
      fees: '10',
      taxes: '0',
    });
    expect(texts(tax!, 'fees', 'taxes')).toEqual({ fees: '0', taxes: '4' });
    expect(text(book.state('CASH_USD').quantity)).toBe('986');
  });

  it('on a security are paid by cash and lost there: the day returns −1 % on a position of 1,000', () => {
    const fee = tx('FEE', 'AAPL', '2024-01-03', { gross_transaction_amount: '10' });
    const book = foldWithCash(USD_BOOK, [bought, fee], { closes: { AAPL: [['2024-01-02', '100']] } });
    const row = book.days('AAPL', '2024-01-02', '2024-01-03').at(-1);
    expect(texts(row!, 'bodMarketValue', 'bodFlow', 'eodFlow', 'eodMarketValue', 'fees', 'quantity')).toEqual(
      {
        bodMarketValue: '1000',
        bodFlow: '0',
        eodFlow: '10',
        eodMarketValue: '1000',
        fees: '10',
        quantity: '10',
      },
    );
    expect(texts(book.last('CASH_USD'), 'transactionType', 'eodFlow')).toEqual({
      transactionType: 'FEE',
      eodFlow: '-10',
    });
  });
});

describe('RETURN_OF_CAPITAL', () => {
  it('comes off the cost evenly by unit and moves no quantity', () => {
    const book = foldWithCash(USD_BOOK, [
      bought,
      tx('BUY', 'AAPL', '2024-01-03', { quantity: '30', price: '50' }),
      tx('RETURN_OF_CAPITAL', 'AAPL', '2024-02-01', { gross_transaction_amount: '400' }),
    ]);
    expect(book.state('AAPL').lots.map((lot) => text(lot.cost))).toEqual(['900', '1200']);
    expect(texts(book.last('AAPL'), 'eodFlow', 'realizedLocal', 'income')).toEqual({
      eodFlow: '-400',
      realizedLocal: '0',
      income: '0',
    });
    expect(text(book.state('CASH_USD').quantity)).toBe('-2100');
  });

  it('beyond the cost is a gain', () => {
    const book = fold(USD_BOOK, [
      bought,
      tx('RETURN_OF_CAPITAL', 'AAPL', '2024-02-01', { gross_transaction_amount: '1300' }),
    ]);
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'realizedLocal')).toEqual({
      quantity: '10',
      cost: '0',
      realizedLocal: '300',
    });
  });

  it('uses up one lot before it is a gain while another has cost left', () => {
    const book = fold(USD_BOOK, [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '1' }),
      tx('BUY', 'AAPL', '2024-01-03', { quantity: '10', price: '10' }),
      tx('RETURN_OF_CAPITAL', 'AAPL', '2024-02-01', { gross_transaction_amount: '40' }),
    ]);
    expect(book.state('AAPL').lots.map((lot) => text(lot.cost))).toEqual(['0', '70']);
    expect(text(book.state('AAPL').realizedLocal)).toBe('0');
  });

  it('realises the currency part of the cost it recovers', () => {
    const book = fold(
      EUR_BOOK,
      [bought, tx('RETURN_OF_CAPITAL', 'AAPL', '2024-02-01', { gross_transaction_amount: '100' })],
      {
        rates: {
          'USD/EUR': [
            ['2024-01-02', '0.9'],
            ['2024-02-01', '0.8'],
          ],
        },
      },
    );
    expect(plain(book.last('AAPL'))).toMatchObject({
      realized: '-10',
      realizedPrice: '0',
      realizedFx: '-10',
    });
    expect(texts(book.state('AAPL'), 'cost', 'costBase')).toEqual({ cost: '900', costBase: '810' });
  });
});

import { describe, expect, it } from 'vitest';
import { EUR_BOOK, fold, foldWithCash, plain, text, texts, tx, USD_BOOK } from './given-books.ts';

const lots = [
  tx('BUY', 'AAPL', '2024-01-02', { transaction_id: 'A', quantity: '10', price: '100' }),
  tx('BUY', 'AAPL', '2024-02-01', { transaction_id: 'B', quantity: '20', price: '110' }),
];

describe('SPLIT', () => {
  it('multiplies the units of every lot, keeps its cost and the fractions', () => {
    const book = fold(USD_BOOK, [...lots, tx('SPLIT', 'AAPL', '2024-06-10', { ratio: '1.25' })]);
    expect(book.state('AAPL').lots.map((lot) => [text(lot.quantity), text(lot.cost)])).toEqual([
      ['12.5', '1000'],
      ['25', '2200'],
    ]);
    expect(texts(book.last('AAPL'), 'bodFlow', 'eodFlow', 'realizedLocal')).toEqual({
      bodFlow: '0',
      eodFlow: '0',
      realizedLocal: '0',
    });
    expect(plain(book.state('AAPL').lastTrade)).toMatchObject({ price: '88' });
  });

  it('waits where nothing was ever held', () => {
    const book = fold(USD_BOOK, [tx('SPLIT', 'AAPL', '2024-06-10', { ratio: '2' })]);
    expect(book.pending).toMatchObject([{ code: 'nothing_held' }]);
  });
});

describe('SPIN_OFF', () => {
  const spinOff = tx('SPIN_OFF', 'AAPL', '2024-06-10', {
    target_security_id: 'NEWCO',
    ratio: '0.5',
    cost_fraction: '0.2',
    gross_transaction_amount: '9',
  });
  const closes = { NEWCO: [['2024-06-10', '40']] } as const;

  it('moves a part of the cost with the age of the lots, and takes cash in lieu off it', () => {
    const book = foldWithCash(USD_BOOK, [...lots, spinOff], { closes });
    expect(texts(book.state('AAPL'), 'quantity', 'cost')).toEqual({ quantity: '30', cost: '2560' });
    // 640 of cost moves, 9 of it came back as cash: 3 off the first lot, 6 off the second.
    expect(plain(book.state('NEWCO').lots)).toMatchObject([
      { id: 'A', opened: lots[0]!.day, quantity: '5', cost: '197' },
      { id: 'B', opened: lots[1]!.day, quantity: '10', cost: '434' },
    ]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('0');
  });

  it('flows at the value received, on both sides', () => {
    const book = foldWithCash(USD_BOOK, [...lots, spinOff], { closes });
    expect(text(book.last('AAPL').eodFlow)).toBe('-609');
    expect(text(book.last('NEWCO').bodFlow)).toBe('600');
    expect(text(book.effectsOn('CASH_USD').at(-1)!.bodFlow)).toBe('9');
  });
});

describe('MERGER', () => {
  const merger = (details = {}) =>
    tx('MERGER', 'AAPL', '2024-06-10', { target_security_id: 'NEWCO', ratio: '2', ...details });

  it('moves everything with its cost and its age', () => {
    const book = fold(USD_BOOK, [...lots, merger()], { closes: { NEWCO: [['2024-06-07', '60']] } });
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'realizedLocal')).toEqual({
      quantity: '0',
      cost: '0',
      realizedLocal: '0',
    });
    expect(texts(book.state('NEWCO'), 'quantity', 'cost')).toEqual({ quantity: '60', cost: '3200' });
    expect(book.state('NEWCO').lots.map((lot) => lot.opened)).toEqual(lots.map((lot) => lot.day));
    expect(text(book.last('AAPL').eodFlow)).toBe('-3600');
    expect(text(book.last('NEWCO').bodFlow)).toBe('3600');
  });

  it('values what moves by the old units, else at cost, while the new ones have no price', () => {
    const closes = { AAPL: [['2024-06-07', '115']] } as const;
    const own = fold(USD_BOOK, [...lots, merger({ gross_transaction_amount: '30' })], { closes });
    expect(text(own.last('AAPL').eodFlow)).toBe('-3450');
    expect(text(own.last('NEWCO').bodFlow)).toBe('3420');
    const carried = fold(USD_BOOK, [
      tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10', gross_transaction_amount: '500' }),
      merger(),
    ]);
    expect(text(carried.last('NEWCO').bodFlow)).toBe('500');
  });

  it('realises cash in lieu beyond the cost', () => {
    const book = foldWithCash(USD_BOOK, [...lots, merger({ gross_transaction_amount: '3300' })]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('100');
    expect(text(book.state('NEWCO').cost)).toBe('0');
  });

  it('for cash alone is a sale of everything', () => {
    const cashOnly = tx('MERGER', 'AAPL', '2024-06-10', { gross_transaction_amount: '4000' });
    const book = foldWithCash(USD_BOOK, [...lots, cashOnly]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('800');
    expect(text(book.last('AAPL').eodFlow)).toBe('-4000');
    expect(texts(book.state('AAPL'), 'quantity', 'cost')).toEqual({ quantity: '0', cost: '0' });
  });

  it('lands among lots already held by their age', () => {
    const own = tx('BUY', 'NEWCO', '2024-01-15', { transaction_id: 'N', quantity: '1', price: '50' });
    const book = fold(USD_BOOK, [...lots, own, merger()]);
    expect(book.state('NEWCO').lots.map((lot) => lot.id)).toEqual(['A', 'N', 'B']);
  });

  it('into another currency keeps the base cost and waits for a rate to state the local one', () => {
    const intoEuro = merger({ target_security_id: 'BASF' });
    const rates = {
      'USD/EUR': [
        ['2024-01-01', '0.9'],
        ['2024-06-10', '0.8'],
      ],
    } as const;
    const book = fold(EUR_BOOK, [...lots, intoEuro], { rates });
    expect(texts(book.state('BASF'), 'cost', 'costBase')).toEqual({ cost: '2560', costBase: '2880' });
    const waiting = fold(EUR_BOOK, [...lots, intoEuro]);
    expect(waiting.pending).toMatchObject([{ code: 'missing_fx_rate' }]);
    expect(text(waiting.state('AAPL').quantity)).toBe('30');
  });
});

describe('EXCHANGE', () => {
  it('may take a part of the position, by the method', () => {
    const book = fold(USD_BOOK, [
      ...lots,
      tx('EXCHANGE', 'AAPL', '2024-06-10', { quantity: '15', target_security_id: 'NEWCO', ratio: '1' }),
      tx('EXCHANGE', 'AAPL', '2024-06-11', { quantity: '5', target_security_id: 'NEWCO', ratio: '1' }),
    ]);
    expect(texts(book.state('AAPL'), 'quantity', 'cost')).toEqual({ quantity: '10', cost: '1100' });
    // Two parts of one lot meet again as one.
    expect(plain(book.state('NEWCO').lots)).toMatchObject([
      { id: 'A', quantity: '10', cost: '1000' },
      { id: 'B', quantity: '10', cost: '1100' },
    ]);
  });

  it('waits for more than is held', () => {
    const exchange = tx('EXCHANGE', 'AAPL', '2024-06-10', {
      quantity: '31',
      target_security_id: 'NEWCO',
      ratio: '1',
    });
    const book = fold(USD_BOOK, [...lots, exchange]);
    expect(book.pending).toMatchObject([{ code: 'insufficient_quantity' }]);
    expect(book.effectsOn('NEWCO')).toEqual([]);
  });

  it('of cash into cash is a currency exchange at its ratio', () => {
    const book = fold(
      EUR_BOOK,
      [
        tx('DEPOSIT', 'CASH_EUR', '2024-01-02', { gross_transaction_amount: '1000' }),
        tx('EXCHANGE', 'CASH_EUR', '2024-01-03', {
          quantity: '900',
          target_security_id: 'CASH_USD',
          ratio: '1.1',
        }),
        tx('EXCHANGE', 'CASH_USD', '2024-02-01', {
          quantity: '495',
          target_security_id: 'CASH_EUR',
          ratio: '1',
        }),
      ],
      {
        rates: {
          'USD/EUR': [
            ['2024-01-02', '0.95'],
            ['2024-02-01', '1'],
          ],
        },
      },
    );
    expect(texts(book.state('CASH_EUR'), 'quantity', 'cost')).toEqual({ quantity: '595', cost: '595' });
    expect(texts(book.state('CASH_USD'), 'quantity', 'cost', 'costBase', 'realized', 'realizedFx')).toEqual({
      quantity: '495',
      cost: '495',
      costBase: '450', // 900 EUR for 990 USD: half of it left
      realized: '45',
      realizedFx: '45',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { EUR_BOOK, fold, foldWithCash, plain, text, texts, tx, USD_BOOK } from './given-books.ts';

describe('BUY', () => {
  it('costs gross plus fees and taxes, flows in at the beginning of the day, and is paid by cash', () => {
    const buy = tx('BUY', 'AAPL', '2025-08-15', { quantity: '10', price: '150', trade_fee: '5', taxes: '1' });
    const book = foldWithCash(USD_BOOK, [buy]);
    expect(texts(book.last('AAPL'), 'bodFlow', 'eodFlow', 'bodExternal', 'fees', 'taxes')).toEqual({
      bodFlow: '1506',
      eodFlow: '0',
      bodExternal: '0',
      fees: '5',
      taxes: '1',
    });
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'costBase')).toEqual({
      quantity: '10',
      cost: '1506',
      costBase: '1506',
    });
    expect(texts(book.last('CASH_USD'), 'transactionType', 'bodFlow', 'eodFlow', 'eodExternal')).toEqual({
      transactionType: 'BUY',
      bodFlow: '0',
      eodFlow: '-1506',
      eodExternal: '0',
    });
    expect(text(book.state('CASH_USD').quantity)).toBe('-1506');
  });

  it('keeps accrued interest out of the cost: negative income, made good by the coupon', () => {
    const book = foldWithCash(USD_BOOK, [
      tx('BUY', 'AAPL', '2025-01-10', { quantity: '100', price: '99', accrued_interest: '12.50' }),
      tx('INTEREST', 'AAPL', '2025-02-10', { gross_transaction_amount: '30' }),
      tx('SELL', 'AAPL', '2025-03-10', { quantity: '100', price: '100', accrued_interest: '5' }),
    ]);
    const [buy, coupon, sale] = book.effectsOn('AAPL');
    expect(texts(buy!, 'bodFlow', 'income')).toEqual({ bodFlow: '9912.5', income: '-12.5' });
    expect(text(buy!.after.cost)).toBe('9900');
    expect(texts(coupon!, 'eodFlow', 'income')).toEqual({ eodFlow: '-30', income: '30' });
    expect(texts(sale!, 'eodFlow', 'income', 'realizedLocal')).toEqual({
      eodFlow: '-10005',
      income: '5',
      realizedLocal: '100',
    });
    expect(text(book.state('CASH_USD').quantity)).toBe('122.5');
  });
});

describe('SELL', () => {
  const lots = [
    tx('BUY', 'AAPL', '2024-01-02', { transaction_id: 'A', quantity: '10', price: '100' }),
    tx('BUY', 'AAPL', '2024-02-02', { transaction_id: 'B', quantity: '10', price: '140' }),
    tx('BUY', 'AAPL', '2024-03-04', { transaction_id: 'C', quantity: '10', price: '120' }),
  ];
  const sale = (details = {}) =>
    tx('SELL', 'AAPL', '2024-04-02', { quantity: '15', price: '150', trade_fee: '10', ...details });

  // Proceeds are 15 × 150 − 10 = 2,240 each time.
  it.each([
    ['fifo', '540', '1900', ['B:5:700', 'C:10:1200']], // 10 at 100, 5 at 140 = 1,700
    ['lifo', '340', '1700', ['A:10:1000', 'B:5:700']], // 10 at 120, 5 at 140 = 1,900
    ['hifo', '240', '1600', ['A:10:1000', 'C:5:600']], // 10 at 140, 5 at 120 = 2,000
    ['average', '440', '1800', ['A:15:1800']], // 15 at 120 = 1,800
  ] as const)('by %s realises %s', (method, gain, cost, left) => {
    const book = fold({ ...USD_BOOK, method }, [...lots, sale()]);
    expect(text(book.last('AAPL').realizedLocal)).toBe(gain);
    expect(text(book.state('AAPL').cost)).toBe(cost);
    expect(book.state('AAPL').lots.map((lot) => `${lot.id}:${text(lot.quantity)}:${text(lot.cost)}`)).toEqual(
      left,
    );
  });

  it('takes the lots named, then the oldest', () => {
    const named = sale({ lots: [{ lot_id: 'C', quantity: '4' }] });
    const book = fold({ ...USD_BOOK, method: 'specific' }, [...lots, named]);
    // 4 at 120, 10 at 100, 1 at 140 = 1,620.
    expect(text(book.last('AAPL').realizedLocal)).toBe('620');
    expect(book.state('AAPL').lots.map((lot) => [lot.id, text(lot.quantity)])).toEqual([
      ['B', '9'],
      ['C', '6'],
    ]);
  });

  it.each([
    [[{ lot_id: 'Z', quantity: '1' }], 'unknown_lot', /lot Z is not held.*A, B, C/],
    [[{ lot_id: 'B', quantity: '11' }], 'insufficient_quantity', /11 of lot B.*10 held/],
    [
      [
        { lot_id: 'A', quantity: '10' },
        { lot_id: 'B', quantity: '6' },
      ],
      'unknown_lot',
      /add up to 16/,
    ],
  ])('waits while the lots named %j are not there', (named, code, reason) => {
    const book = fold({ ...USD_BOOK, method: 'specific' }, [...lots, sale({ lots: named })]);
    expect(book.pending).toMatchObject([{ code, reason: expect.stringMatching(reason) }]);
    expect(text(book.state('AAPL').quantity)).toBe('30');
  });

  it('of everything in thirds leaves no cost behind', () => {
    const third = (at: string) => tx('SELL', 'AAPL', at, { quantity: '1', price: '40' });
    const book = fold(USD_BOOK, [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '3', price: '0', gross_transaction_amount: '100' }),
      third('2024-02-01'),
      third('2024-02-02'),
      third('2024-02-05'),
    ]);
    const gains = book.effectsOn('AAPL').map((effect) => text(effect.realizedLocal));
    expect(gains).toEqual(['0', '6.6666666667', '6.6666666666', '6.6666666667']);
    expect(texts(book.state('AAPL'), 'quantity', 'cost', 'costBase', 'lots')).toEqual({
      quantity: '0',
      cost: '0',
      costBase: '0',
      lots: [],
    });
  });

  it('splits the gain into a price and a currency part that add up', () => {
    const book = fold(
      EUR_BOOK,
      [
        tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100' }),
        tx('SELL', 'AAPL', '2024-06-03', { quantity: '10', price: '130' }),
      ],
      {
        rates: {
          'USD/EUR': [
            ['2024-01-02', '0.90'],
            ['2024-06-03', '0.80'],
          ],
        },
      },
    );
    // Bought for 1,000 USD = 900 EUR, sold for 1,300 USD = 1,040 EUR; 300 USD of price at 0.80.
    expect(texts(book.last('AAPL'), 'realizedLocal', 'realized', 'realizedPrice', 'realizedFx')).toEqual({
      realizedLocal: '300',
      realized: '140',
      realizedPrice: '240',
      realizedFx: '-100',
    });
  });

  it('prefers the rate agreed for the trade, and knows no base amount without any rate', () => {
    const trades = (fxRate?: string) => [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100', fx_rate: fxRate }),
      tx('SELL', 'AAPL', '2024-06-03', { quantity: '10', price: '130', fx_rate: fxRate }),
    ];
    const rates = { 'USD/EUR': [['2024-01-01', '0.5']] } as const;
    expect(text(fold(EUR_BOOK, trades('0.9'), { rates }).last('AAPL').realized)).toBe('270');
    const unknown = fold(EUR_BOOK, trades());
    expect(texts(unknown.last('AAPL'), 'realizedLocal', 'realized', 'realizedPrice', 'realizedFx')).toEqual({
      realizedLocal: '300',
      realized: null,
      realizedPrice: null,
      realizedFx: null,
    });
    expect(text(unknown.effectsOn('AAPL')[0]!.after.costBase)).toBeNull();
    expect(text(unknown.state('AAPL').costBase)).toBe('0');
  });

  it('is exact at 10^12', () => {
    const book = fold(USD_BOOK, [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '1000000000000', price: '1.0000000001' }),
      tx('SELL', 'AAPL', '2024-06-03', { quantity: '999999999999', price: '1.0000000002' }),
    ]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('99.9999999999');
    expect(text(book.state('AAPL').cost)).toBe('1.0000000001');
  });
});

describe('a short position, where allowed', () => {
  const settings = { ...USD_BOOK, allowShort: true };
  const through = [
    tx('BUY', 'AAPL', '2024-01-02', { transaction_id: 'L', quantity: '10', price: '100' }),
    tx('SELL', 'AAPL', '2024-02-01', { transaction_id: 'S', quantity: '15', price: '120' }),
  ];

  it('opens with what a sale sells beyond the long lots', () => {
    const book = fold(settings, through);
    expect(text(book.last('AAPL').realizedLocal)).toBe('200');
    expect(text(book.last('AAPL').eodFlow)).toBe('-1800');
    expect(plain(book.state('AAPL').lots)).toMatchObject([{ id: 'S', quantity: '-5', cost: '-600' }]);
  });

  it('takes the exact rest of the proceeds, rounding included', () => {
    const book = fold(settings, [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '1', price: '1' }),
      tx('SELL', 'AAPL', '2024-02-01', { quantity: '2', gross_transaction_amount: '0.0000000001' }),
    ]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('-1');
    expect(text(book.state('AAPL').cost)).toBe('-0.0000000001');
  });

  it('is closed first by a purchase, which buys what is left over', () => {
    const book = fold(settings, [
      ...through,
      tx('BUY', 'AAPL', '2024-03-01', { transaction_id: 'C', quantity: '8', price: '90' }),
    ]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('150'); // 5 sold at 120, covered at 90
    expect(plain(book.state('AAPL').lots)).toMatchObject([{ id: 'C', quantity: '3', cost: '270' }]);
  });

  it('closes the short sold cheapest first by hifo', () => {
    const book = fold({ ...settings, method: 'hifo' }, [
      tx('SELL', 'AAPL', '2024-01-02', { transaction_id: 'X', quantity: '1', price: '120' }),
      tx('SELL', 'AAPL', '2024-01-03', { transaction_id: 'Y', quantity: '1', price: '100' }),
      tx('BUY', 'AAPL', '2024-02-01', { quantity: '1', price: '90' }),
    ]);
    expect(text(book.last('AAPL').realizedLocal)).toBe('10');
  });

  it('waits in a long-only book, and says what was held', () => {
    const book = fold(USD_BOOK, through);
    expect(book.pending).toEqual([
      {
        transactionId: 'S',
        securityId: 'AAPL',
        code: 'insufficient_quantity',
        reason: 'SELL of AAPL on 2024-02-01: 15 cannot leave, 10 held at that moment',
      },
    ]);
  });
});

describe('cash', () => {
  it('comes and goes across the boundary by DEPOSIT and WITHDRAWAL, and may be overdrawn', () => {
    const book = fold(USD_BOOK, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '1000' }),
      tx('WITHDRAWAL', 'CASH_USD', '2024-01-03', { quantity: '1200' }),
    ]);
    const [deposit, withdrawal] = book.effectsOn('CASH_USD');
    expect(texts(deposit!, 'bodFlow', 'bodExternal', 'bodExternalBase')).toEqual({
      bodFlow: '1000',
      bodExternal: '1000',
      bodExternalBase: '1000',
    });
    expect(texts(withdrawal!, 'eodFlow', 'eodExternal')).toEqual({ eodFlow: '-1200', eodExternal: '-1200' });
    expect(text(book.state('CASH_USD').quantity)).toBe('-200');
    expect(book.pending).toEqual([]);
  });

  it('pays the costs charged on a deposit out of it', () => {
    const book = fold(USD_BOOK, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '1000', trade_fee: '3' }),
    ]);
    expect(texts(book.last('CASH_USD'), 'bodExternal', 'fees')).toEqual({ bodExternal: '1000', fees: '3' });
    expect(text(book.state('CASH_USD').quantity)).toBe('997');
  });

  it('moves plainly at 1 by BUY and SELL of cash, the legs of an upstream', () => {
    const book = fold(USD_BOOK, [
      tx('BUY', 'CASH_USD', '2024-01-02', { quantity: '500', price: '1' }),
      tx('SELL', 'CASH_USD', '2024-01-03', { quantity: '700' }),
    ]);
    const [into, out] = book.effectsOn('CASH_USD');
    expect(texts(into!, 'bodFlow', 'bodExternal')).toEqual({ bodFlow: '500', bodExternal: '0' });
    expect(texts(out!, 'eodFlow', 'eodExternal')).toEqual({ eodFlow: '-700', eodExternal: '0' });
    expect(text(book.state('CASH_USD').quantity)).toBe('-200');
  });

  it('keeps foreign money in lots by rate and realises the currency gain of spending it', () => {
    const book = fold(
      EUR_BOOK,
      [
        tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '1000' }),
        tx('DEPOSIT', 'CASH_USD', '2024-01-03', { gross_transaction_amount: '1000' }),
        tx('DEPOSIT', 'CASH_USD', '2024-02-01', { gross_transaction_amount: '1000' }),
        tx('WITHDRAWAL', 'CASH_USD', '2024-03-01', { gross_transaction_amount: '2500' }),
      ],
      {
        rates: {
          'USD/EUR': [
            ['2024-01-02', '0.9'],
            ['2024-02-01', '0.8'],
            ['2024-03-01', '0.95'],
          ],
        },
      },
    );
    // Cost 2,000 at 0.9 and 500 at 0.8 = 2,200 EUR; worth 2,375 EUR.
    expect(texts(book.last('CASH_USD'), 'realizedLocal', 'realized', 'realizedPrice', 'realizedFx')).toEqual({
      realizedLocal: '0',
      realized: '175',
      realizedPrice: '0',
      realizedFx: '175',
    });
    expect(text(book.state('CASH_USD').costBase)).toBe('400');
  });

  it('follows the timing that the portfolio chose', () => {
    const settings = { ...USD_BOOK, inflowTiming: 'eod', outflowTiming: 'bod' } as const;
    const book = fold(settings, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '10' }),
      tx('WITHDRAWAL', 'CASH_USD', '2024-01-03', { gross_transaction_amount: '4' }),
    ]);
    const [deposit, withdrawal] = book.effectsOn('CASH_USD');
    expect(texts(deposit!, 'bodExternal', 'eodExternal', 'eodExternalBase')).toEqual({
      bodExternal: '0',
      eodExternal: '10',
      eodExternalBase: '10',
    });
    expect(texts(withdrawal!, 'bodExternal', 'eodExternal')).toEqual({ bodExternal: '-4', eodExternal: '0' });
  });
});

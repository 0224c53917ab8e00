import { describe, expect, it } from 'vitest';
import { valueDays } from '../../../domain/books/valuation.ts';
import type { DayRow } from '../../../domain/books/model.ts';
import { isoDate } from '../../../domain/dates.ts';
import { day, decimal, EUR_BOOK, fold, KEYS, plain, text, texts, tx, USD_BOOK } from './given-books.ts';

const line = (row: DayRow) =>
  [
    isoDate(row.day),
    text(row.bodMarketValue),
    text(row.bodFlow),
    text(row.eodFlow),
    text(row.eodMarketValue),
    row.status,
  ].join(' ');

const buy = tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100' });
const sell = tx('SELL', 'AAPL', '2024-01-05', { quantity: '10', price: '104' });

describe('the days of a key', () => {
  it('run from the first transaction to the day after the position is closed', () => {
    const book = fold(USD_BOOK, [buy, sell], {
      closes: {
        AAPL: [
          ['2024-01-02', '101'],
          ['2024-01-04', '103'],
        ],
      },
    });
    expect(book.days('AAPL', '2023-12-30', '2024-01-31').map(line)).toEqual([
      '2024-01-02 0 1000 0 1010 PRICED',
      '2024-01-03 1010 0 0 1010 STALE',
      '2024-01-04 1010 0 0 1030 PRICED',
      '2024-01-05 1030 0 -1040 0 PRICED',
      '2024-01-06 0 0 0 0 PRICED',
    ]);
    expect(book.days('AAPL', '2023-12-30', '2024-01-31').map((row) => row.active)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('begin again after a gap', () => {
    const again = tx('BUY', 'AAPL', '2024-02-01', { quantity: '1', price: '110' });
    const rows = fold(USD_BOOK, [buy, sell, again]).days('AAPL', '2024-01-01', '2024-02-02');
    expect(rows.map((row) => isoDate(row.day)).slice(-3)).toEqual(['2024-01-06', '2024-02-01', '2024-02-02']);
    expect(line(rows.at(-2)!)).toBe('2024-02-01 0 110 0 110 PRICED'.replace('PRICED', 'TRADE'));
  });

  it('end on a day of a mere flow, with a row after it', () => {
    const late = tx('DIVIDEND', 'AAPL', '2024-02-01', { gross_transaction_amount: '5' });
    const rows = fold(USD_BOOK, [buy, sell, late]).days('AAPL', '2024-01-20', '2024-03-01');
    expect(rows.map((row) => [isoDate(row.day), text(row.eodFlow), row.active])).toEqual([
      ['2024-02-01', '-5', true],
      ['2024-02-02', '0', false],
    ]);
  });

  it('are valued by the last trade without a close, carried past a split, and not at all without either', () => {
    const split = tx('SPLIT', 'AAPL', '2024-01-03', { ratio: '4' });
    const traded = fold(USD_BOOK, [buy, split]).days('AAPL', '2024-01-02', '2024-01-03');
    expect(traded.map((row) => [row.status, text(row.price), text(row.eodMarketValue)])).toEqual([
      ['TRADE', '100', '1000'],
      ['TRADE', '25', '1000'],
    ]);
    const bare = tx('TRANSFER_IN', 'AAPL', '2024-01-02', { quantity: '10' });
    const rows = fold(USD_BOOK, [bare], { closes: { AAPL: [['2024-01-04', '7']] } }).days(
      'AAPL',
      '2024-01-02',
      '2024-01-05',
    );
    expect(rows.map(line)).toEqual([
      '2024-01-02 0  0  UNVALUED',
      '2024-01-03  0 0  UNVALUED',
      '2024-01-04  0 0 70 PRICED',
      '2024-01-05 70 0 0 70 STALE',
    ]);
  });

  it('of a 7-for-1 split against adjusted closes show no jump', () => {
    const held = tx('BUY', 'AAPL', '2014-06-05', { quantity: '2', price: '647.50' });
    const split = tx('SPLIT', 'AAPL', '2014-06-09', { ratio: '7' });
    const rows = fold(USD_BOOK, [held, split], {
      closes: {
        AAPL: [
          ['2014-06-05', '92.5'],
          ['2014-06-06', '92.25'],
          ['2014-06-09', '93.75'],
        ],
      },
      splits: { AAPL: [{ day: day('2014-06-09'), ratio: decimal('7'), pricesAdjusted: true }] },
    }).days('AAPL', '2014-06-05', '2014-06-10');
    expect(rows.map((row) => [text(row.quantity), text(row.price), text(row.eodMarketValue)])).toEqual([
      ['2', '647.5', '1295'],
      ['2', '645.75', '1291.5'],
      ['2', '645.75', '1291.5'],
      ['2', '645.75', '1291.5'],
      ['14', '93.75', '1312.5'],
      ['14', '93.75', '1312.5'],
    ]);
  });

  it('turn into base currency at the rate of each day, and have no base value without one', () => {
    const rows = fold(EUR_BOOK, [buy], {
      closes: { AAPL: [['2024-01-02', '100']] },
      rates: {
        'USD/EUR': [
          ['2024-01-03', '0.9'],
          ['2024-01-04', '0.8'],
        ],
      },
    }).days('AAPL', '2024-01-02', '2024-01-04');
    expect(
      rows.map((row) => texts(row, 'bodFxRate', 'fxRate', 'bodMarketValueBase', 'eodMarketValueBase')),
    ).toEqual([
      { bodFxRate: null, fxRate: null, bodMarketValueBase: '0', eodMarketValueBase: null },
      { bodFxRate: null, fxRate: '0.9', bodMarketValueBase: null, eodMarketValueBase: '900' },
      { bodFxRate: '0.9', fxRate: '0.8', bodMarketValueBase: '900', eodMarketValueBase: '800' },
    ]);
  });

  it('add up what several transactions of a day did', () => {
    const rows = fold(USD_BOOK, [
      buy,
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '5', price: '102', trade_fee: '1' }),
      tx('DIVIDEND', 'AAPL', '2024-01-02', { gross_transaction_amount: '3', taxes: '1' }),
    ]).days('AAPL', '2024-01-02', '2024-01-02');
    expect(texts(rows[0]!, 'bodFlow', 'eodFlow', 'income', 'fees', 'taxes', 'quantity', 'cost')).toEqual({
      bodFlow: '1511',
      eodFlow: '-2',
      income: '3',
      fees: '1',
      taxes: '1',
      quantity: '15',
      cost: '1511',
    });
  });

  it('of cash are worth their units at 1', () => {
    const rows = fold(USD_BOOK, [
      tx('DEPOSIT', 'CASH_USD', '2024-01-02', { gross_transaction_amount: '10.5' }),
    ]).days('CASH_USD', '2024-01-02', '2024-01-03');
    expect(rows.map((row) => [text(row.eodMarketValue), text(row.price), row.status])).toEqual([
      ['10.5', '1', 'PRICED'],
      ['10.5', '1', 'PRICED'],
    ]);
  });

  it('made again from the middle equal those made at once', () => {
    const given = {
      closes: {
        AAPL: [
          ['2024-01-02', '101'],
          ['2024-01-04', '103'],
        ],
      },
      rates: {
        'USD/EUR': [
          ['2024-01-01', '0.9'],
          ['2024-01-03', '0.91'],
        ],
      },
    } as const;
    const book = fold(EUR_BOOK, [buy, sell], given);
    const all = book.days('AAPL', '2024-01-01', '2024-01-10');
    all.forEach((row, index) => {
      const again = valueDays({
        from: row.day + 1,
        to: day('2024-01-10'),
        opening: {
          active: row.active,
          marketValue: row.eodMarketValue,
          marketValueBase: row.eodMarketValueBase,
          fxRate: row.fxRate,
        },
        key: KEYS.get('AAPL')!,
        state: book.effectsOn('AAPL').findLast((effect) => effect.day <= row.day)!.after,
        effects: book.effectsOn('AAPL').filter((effect) => effect.day > row.day),
        market: book.market,
      });
      expect(plain(again)).toEqual(plain(all.slice(index + 1)));
    });
  });
});

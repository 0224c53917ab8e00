/** Sales before their purchases, clocks that change, and more that comes late. */
import { amount, closeDays, closes, trade, transaction } from './building.ts';
import type { Step } from './building.ts';

export const MARCH: Step[] = [
  closes('EQ_EUR', '2024-03-01', '2024-03-28', 54, 0.25),
  closes('EQ_USD', '2024-03-01', '2024-03-28', 95, 0.25),
  closes('EQ_JPY', '2024-03-01', '2024-03-28', 2600, 10),
  closes('EQ_CHF', '2024-03-01', '2024-03-28', 196, 0.6),
  closes('COIN_USD', '2024-03-01', '2024-03-28', 62000, 400),
  closes('SPUN_USD', '2024-03-01', '2024-03-28', 41, 0.2),
  closes('NEWCO_GBP', '2024-03-01', '2024-03-28', 31, 0.1),
  closes('EQ_SEK', '2024-02-06', '2024-03-28', 88, 0.4),
  closeDays('2024-03-08'),
  [
    'transactions',
    [
      // Sold before they were bought, as far as the log knows: pending until the purchase arrives below.
      transaction('lifo-8', ['SELL', 'G_LIFO', 'EQ_CHF'], '2024-03-12', trade('10', '197')),
      // And one that waits for good.
      transaction('fifo-14', ['SELL', 'G_FIFO', 'EQ_JPY'], '2024-03-12', trade('5', '2600')),
      // The night in which New York changes its clocks.
      transaction('avg-10', ['BUY', 'G_AVG', 'EQ_USD'], '2024-03-10T04:30:00Z', trade('10', '94.5')),
      transaction('avg-11', ['BUY', 'G_AVG', 'EQ_USD'], '2024-03-11T03:30:00Z', trade('10', '94.75')),
      transaction('avg-12', ['SELL', 'G_AVG', 'COIN_USD'], '2024-03-14', trade('0.02345678', '64001.01')),
      transaction(
        'fifo-15',
        ['SELL', 'G_FIFO', 'SPUN_USD'],
        '2024-03-13',
        trade('16.5', '41.9', { fx_rate: '0.9155' }),
      ),
      transaction(
        'fifo-16',
        ['SELL', 'G_FIFO', 'BOND_EUR'],
        '2024-03-15',
        trade('30', '99', { accrued_interest: '33.04' }),
      ),
      transaction(
        'fifo-17',
        ['INTEREST', 'G_FIFO', 'BOND_EUR'],
        '2024-03-18',
        amount('100', { taxes: '26.375' }),
      ),
      transaction('hifo-7', ['SELL', 'G_HIFO', 'EQ_EUR'], '2024-03-13', trade('100', '55')),
      transaction('hifo-8', ['BUY', 'G_HIFO', 'EQ_EUR'], '2024-03-20', trade('15', '54.5')),
      transaction('short-6', ['BUY', 'G_SHORT', 'UNLISTED'], '2024-03-15', trade('10', '6.8')),
      transaction('short-7', ['DIVIDEND', 'G_SHORT', 'EQ_USD'], '2024-03-18', amount('4.8')),
      transaction('moved-6', ['MERGER', 'G_MOVED', 'UNLISTED'], '2024-03-20', amount('600')),
      transaction('moved-7', ['SELL', 'G_MOVED', 'EQ_EUR'], '2024-03-21', trade('75', '55.5')),
      transaction('tokyo-6', ['EXCHANGE', 'G_TOKYO', 'CASH_JPY'], '2024-03-22T10:00:00+09:00', {
        target_security_id: 'CASH_USD',
        quantity: '300000',
        ratio: '0.00662',
      }),
      transaction(
        'spec-6',
        ['TRANSFER_OUT', 'G_SPEC', 'EQ_EUR'],
        '2024-03-19',
        trade('40', '0', { lots: [{ lot_id: 'spec-3', quantity: '40' }] }),
      ),
      transaction('spec-7', ['DIVIDEND', 'G_SPEC', 'EQ_EUR'], '2024-03-25', amount('84')),
      transaction('spec-7c', ['DEPOSIT', 'G_SPEC', 'CASH_EUR'], '2024-03-25', amount('84')),
    ],
  ],
  closeDays('2024-03-15', '2024-03-22'),
  [
    'transactions',
    [
      transaction(
        'lifo-9',
        ['BUY', 'G_LIFO', 'EQ_CHF'],
        '2024-03-05',
        trade('12', '195.5', { trade_fee: '3' }),
      ),
      // Back-dated past the split and past the exchange.
      transaction('lifo-10', ['BUY', 'G_LIFO', 'EQ_USD'], '2024-01-11', trade('4', '181')),
      transaction('fifo-18', ['BUY', 'G_FIFO', 'EQ_GBP'], '2024-01-25', trade('50', '12.1')),
      transaction('hifo-9', ['FEE', 'G_HIFO', 'CASH_CHF'], '2024-02-01', amount('30')),
    ],
  ],
  [
    'corrections',
    [
      { transaction_id: 'fifo-13', ratio: '0.42', reason: 'terms of the merger as published' },
      { transaction_id: 'avg-8', quantity: '5100', reason: 'as confirmed' },
      {
        transaction_id: 'split-G_SHORT',
        transaction_date: '2024-02-12T06:00:00Z',
        reason: 'hour of the split',
      },
    ],
  ],
  ['cancellations', [{ transaction_id: 'short-5', reason: 'entered twice' }]],
  closeDays('2024-03-28', '2024-03-29', '2024-04-02'),
];

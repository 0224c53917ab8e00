/** Splits and reorganisations, rates that come late, and what was put right of all that. */
import { amount, closeDays, closes, rates, trade, transaction } from './building.ts';
import type { Step } from './building.ts';

export const FEBRUARY: Step[] = [
  closes('EQ_EUR', '2024-02-01', '2024-02-29', 52, 0.25),
  // Given in the shares of after the split, which is announced below.
  closes('EQ_USD', '2024-02-01', '2024-02-29', 93, 0.25),
  closes('EQ_GBP', '2024-02-01', '2024-02-29', 12.5, 0.05),
  closes('EQ_JPY', '2024-02-01', '2024-02-29', 2550, 10),
  closes('BOND_EUR', '2024-02-01', '2024-02-14', 99.2, 0.05),
  closes('COIN_USD', '2024-02-01', '2024-02-29', 47000, 250),
  // Closes of days before the split as they were quoted then.
  closes('EQ_CHF', '2024-02-01', '2024-02-29', 97, 0.3),
  [
    'splits',
    [
      { security_id: 'EQ_USD', date: '2024-02-12', ratio: '2', prices_adjusted: true },
      { security_id: 'EQ_CHF', date: '2024-02-20', ratio: '0.5', prices_adjusted: false },
    ],
  ],
  [
    'transactions',
    [
      ...['G_FIFO', 'G_AVG', 'G_LIFO', 'G_SHORT', 'G_TOKYO'].map((portfolio) =>
        transaction(`split-${portfolio}`, ['SPLIT', portfolio, 'EQ_USD'], '2024-02-12T05:00:00Z', {
          ratio: '2',
        }),
      ),
      transaction('hifo-6', ['SPLIT', 'G_HIFO', 'EQ_CHF'], '2024-02-20T06:00:00Z', { ratio: '0.5' }),
      transaction('fifo-12', ['SPIN_OFF', 'G_FIFO', 'EQ_USD'], '2024-02-15', {
        target_security_id: 'SPUN_USD',
        ratio: '0.25',
        cost_fraction: '0.1125',
        gross_transaction_amount: '7.77',
      }),
      transaction('fifo-13', ['MERGER', 'G_FIFO', 'EQ_GBP'], '2024-02-21', {
        target_security_id: 'NEWCO_GBP',
        ratio: '0.4',
        gross_transaction_amount: '35',
      }),
      transaction('lifo-6', ['EXCHANGE', 'G_LIFO', 'EQ_USD'], '2024-02-22', {
        target_security_id: 'EQ_EUR',
        quantity: '11',
        ratio: '1.6',
      }),
      transaction('lifo-7', ['RETURN_OF_CAPITAL', 'G_LIFO', 'EQ_USD'], '2024-02-26', amount('33.1')),
      transaction('avg-8', ['EXCHANGE', 'G_AVG', 'CASH_USD'], '2024-02-13', {
        target_security_id: 'CASH_EUR',
        quantity: '5000',
        ratio: '0.9271',
      }),
      transaction('avg-9', ['WITHDRAWAL', 'G_AVG', 'CASH_USD'], '2024-02-29T22:00:00-05:00', amount('2500')),
      transaction(
        'short-4',
        ['BUY', 'G_SHORT', 'EQ_USD'],
        '2024-02-16',
        trade('30', '92.2', { trade_fee: '2' }),
      ),
      transaction('short-5', ['SELL', 'G_SHORT', 'UNLISTED'], '2024-02-19', trade('10', '7.5')),
      transaction(
        'tokyo-5',
        ['SELL', 'G_TOKYO', 'EQ_USD'],
        '2024-02-20T00:00:00+09:00',
        trade('11', '94.02', { trade_fee: '100' }),
      ),
      transaction('moved-4', ['BUY', 'G_MOVED', 'UNLISTED'], '2024-02-05', trade('40', '12.25')),
      // Without a price that day nor a cost: no value is ever known of the flow, and the portfolio stops there.
      transaction('moved-5', ['TRANSFER_IN', 'G_MOVED', 'UNPRICED'], '2024-02-27', trade('5', '0')),
      transaction('spec-5', ['BUY', 'G_SPEC', 'EQ_SEK'], '2024-02-06', trade('200', '88')),
      transaction('spec-5c', ['WITHDRAWAL', 'G_SPEC', 'CASH_SEK'], '2024-02-06', amount('17600')),
    ],
  ],
  closes('SPUN_USD', '2024-02-15', '2024-02-29', 40, 0.2),
  closeDays('2024-02-09', '2024-02-16', '2024-02-23'),
  // The rates of three weeks come late, and with them those of a currency that had none.
  rates('USD', 'EUR', '2024-02-11', '2024-03-31', 0.922),
  rates('GBP', 'USD', '2024-02-11', '2024-03-31', 1.262),
  rates('USD', 'JPY', '2024-02-11', '2024-03-31', 150),
  rates('CHF', 'EUR', '2024-02-11', '2024-03-31', 1.045),
  rates('SEK', 'EUR', '2024-02-05', '2024-03-31', 0.0889),
  closeDays('2024-02-29'),
];

export const AMENDED: Step[] = [
  [
    'corrections',
    [
      { transaction_id: 'fifo-2', price: '50.35', reason: 'the broker corrected the price' },
      { transaction_id: 'avg-3', quantity: '39', trade_fee: '4', reason: 'a partial fill was missing' },
      { transaction_id: 'lifo-3', transaction_date: '2024-01-10T11:00:00Z', reason: 'traded two days later' },
      { transaction_id: 'hifo-3', price: '93.9', reason: 'wrong price' },
      {
        transaction_id: 'spec-4',
        lots: [{ lot_id: 'spec-2', quantity: '60' }],
        reason: 'other lots were meant',
      },
      { transaction_id: 'moved-1', gross_transaction_amount: '9400', reason: 'cost of the former custodian' },
      { transaction_id: 'fifo-9', gross_transaction_amount: '11', reason: 'charged too much' },
    ],
  ],
  [
    'cancellations',
    [
      { transaction_id: 'avg-7', reason: 'never charged' },
      { transaction_id: 'tokyo-4', reason: 'paid to somebody else' },
      { transaction_id: 'fifo-11', reason: 'waived' },
    ],
  ],
  ['corrections', [{ transaction_id: 'avg-3', price: '179.11', reason: 'once more' }]],
  // Late and corrected closes of published days.
  [
    'prices',
    [
      { security_id: 'EQ_EUR', date: '2024-01-17', price: '49.005' },
      { security_id: 'EQ_EUR', date: '2024-02-07', price: '53.2' },
      { security_id: 'UNPRICED', date: '2024-02-29', price: '310' },
      { security_id: 'BOND_EUR', date: '2024-02-16', price: '98.61' },
      { security_id: 'COIN_USD', date: '2024-01-13', price: '42777.7777' },
    ],
  ],
  ['fx-rates', [{ from_currency: 'USD', to_currency: 'EUR', date: '2024-01-20', rate: '0.9202' }]],
  [
    'portfolios',
    [
      { portfolio_id: 'G_MOVED', base_currency: 'EUR', cost_basis_method: 'average', name: 'Moved in' },
      { portfolio_id: 'G_TOKYO', base_currency: 'JPY', inflow_timing: 'bod' },
      { portfolio_id: 'G_HIFO', base_currency: 'CHF', outflow_timing: 'bod' },
    ],
  ],
  ['securities', [{ security_id: 'EQ_EUR', currency: 'EUR', sector: 'Utilities' }]],
];

/** Arbitrary books for property tests: settings, a market, and transactions of every type. */
import fc from 'fast-check';
import type { BookSettings, Transaction } from '../../../domain/books/model.ts';
import { isoDate } from '../../../domain/dates.ts';
import type { TransactionType } from '../../../domain/events.ts';
import { TRANSACTION_TYPES } from '../../../domain/events.ts';
import { day, KEYS, tx } from './given-books.ts';
import type { GivenMarket } from './given-books.ts';

export const FIRST = '2024-01-01';
const DAYS = 40;
export const LAST = isoDate(day(FIRST) + DAYS);

const REORGANISATIONS: ReadonlySet<TransactionType> = new Set(['SPIN_OFF', 'MERGER', 'EXCHANGE']);
const CASH_ONLY: ReadonlySet<TransactionType> = new Set(['DEPOSIT', 'WITHDRAWAL']);
const SECURITY_ONLY: ReadonlySet<TransactionType> = new Set([
  ...REORGANISATIONS,
  'BUY',
  'SELL',
  'SPLIT',
  'RETURN_OF_CAPITAL',
]);

const cents = (max: number) => fc.integer({ min: 0, max }).map((value) => (value / 100).toFixed(2));
const date = fc.integer({ min: 0, max: DAYS }).map((offset) => isoDate(day(FIRST) + offset));

export const anySettings: fc.Arbitrary<BookSettings> = fc.record({
  baseCurrency: fc.constantFrom('EUR', 'USD'),
  method: fc.constantFrom('fifo', 'average', 'lifo', 'hifo', 'specific'),
  allowShort: fc.boolean(),
  inflowTiming: fc.constantFrom('bod', 'eod'),
  outflowTiming: fc.constantFrom('bod', 'eod'),
});

const securities = ['AAPL', 'NEWCO', 'BASF'];
const cash = ['CASH_USD', 'CASH_EUR'];

function anyTransaction(types: readonly TransactionType[]): fc.Arbitrary<Transaction> {
  return fc
    .record({
      type: fc.constantFrom(...types),
      security: fc.constantFrom(...securities),
      money: fc.constantFrom(...cash),
      onCash: fc.boolean(),
      at: fc.tuple(date, fc.constantFrom('09:00', '10:00')),
      quantity: fc.integer({ min: 1, max: 30_000 }).map((units) => (units / 1000).toFixed(3)),
      price: cents(20_000),
      fee: cents(300),
      taxes: cents(300),
      accrued: cents(300),
      ratio: fc.constantFrom('0.5', '2', '3.1', '0.333333'),
      fraction: fc.constantFrom('0', '0.2', '0.3333', '1'),
      fxRate: fc.option(fc.constantFrom('0.8', '1.25', '0.913'), { nil: undefined }),
      shift: fc.integer({ min: 1, max: 2 }),
    })
    .map((any) => {
      const isCash = CASH_ONLY.has(any.type) || (any.onCash && !SECURITY_ONLY.has(any.type));
      const security = isCash ? any.money : any.security;
      const trade = any.type === 'BUY' || any.type === 'SELL';
      const inLieu = any.type === 'SPLIT' || REORGANISATIONS.has(any.type);
      const target = securities[(securities.indexOf(any.security) + any.shift) % securities.length];
      return tx(any.type, security, `${any.at[0]}T${any.at[1]}:00.000000Z`, {
        quantity: inLieu ? '0' : any.quantity,
        price: inLieu ? '0' : any.price,
        gross_transaction_amount: REORGANISATIONS.has(any.type) ? any.fee : '0',
        trade_fee: inLieu ? '0' : any.fee,
        taxes: inLieu ? '0' : any.taxes,
        accrued_interest: trade ? any.accrued : '0',
        ratio: inLieu ? any.ratio : undefined,
        cost_fraction: any.type === 'SPIN_OFF' ? any.fraction : undefined,
        target_security_id: REORGANISATIONS.has(any.type) ? target : undefined,
        fx_rate: any.fxRate,
      });
    });
}

/** Trades are frequent, so that most of the rest finds something held. */
export function anyTransactions(options: { reorganisations: boolean }): fc.Arbitrary<Transaction[]> {
  const types = TRANSACTION_TYPES.filter((type) => options.reorganisations || !REORGANISATIONS.has(type));
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: anyTransaction(['BUY', 'BUY', 'SELL']) },
      { weight: 2, arbitrary: anyTransaction(types) },
    ),
    { maxLength: 40 },
  );
}

const dated = (max: number) =>
  fc.array(fc.tuple(date, fc.integer({ min: 1, max }).map(String)), { maxLength: 12 });

/** Closes and rates that may well be missing. */
export const anyMarket: fc.Arbitrary<GivenMarket> = fc.record({
  closes: fc.record({ AAPL: dated(300), NEWCO: dated(300), BASF: dated(300) }),
  rates: fc.record(
    { 'USD/EUR': fc.array(fc.tuple(date, fc.constantFrom('0.9', '0.95', '1.017')), { maxLength: 6 }) },
    { requiredKeys: [] },
  ),
});

export const ALL_KEYS = [...KEYS.keys()];

/** Short words for specs of the books: transactions and a market in plain text, figures back as text. */
import { cashLeg, compareTransactions, transactionFrom } from '../../../domain/books/transactions.ts';
import { createFxTable } from '../../../domain/books/fx.ts';
import { foldTransactions } from '../../../domain/books/fold.ts';
import { createMarket } from '../../../domain/books/market.ts';
import type { AnnouncedSplit } from '../../../domain/books/market.ts';
import type {
  BookSettings,
  DayRow,
  Effect,
  FoldResult,
  KeyDetails,
  Market,
  PositionState,
  Transaction,
} from '../../../domain/books/model.ts';
import { createSeries } from '../../../domain/books/series.ts';
import { initialState } from '../../../domain/books/state.ts';
import { valueDays } from '../../../domain/books/valuation.ts';
import { day } from '../../../domain/dates.ts';
import { decimal, format } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import type { TransactionFields, TransactionType } from '../../../domain/events.ts';

export const EUR_BOOK: BookSettings = {
  baseCurrency: 'EUR',
  method: 'fifo',
  allowShort: false,
  inflowTiming: 'bod',
  outflowTiming: 'eod',
};
export const USD_BOOK: BookSettings = { ...EUR_BOOK, baseCurrency: 'USD' };

export const KEYS: ReadonlyMap<string, KeyDetails> = new Map(
  [
    ['AAPL', 'USD'],
    ['NEWCO', 'USD'],
    ['BASF', 'EUR'],
    ['CASH_USD', 'USD'],
    ['CASH_EUR', 'EUR'],
  ].map(([securityId, currency]) => [
    securityId!,
    { securityId: securityId!, currency: currency!, isCash: securityId!.startsWith('CASH') },
  ]),
);

let counter = 0;

type Details = Partial<Omit<TransactionFields, 'transaction_type' | 'security_id'>>;

/** `tx('BUY', 'AAPL', '2024-01-05', { quantity: '10', price: '100' })`; a bare date means 10:00 UTC. */
export function tx(
  type: TransactionType,
  securityId: string,
  at: string,
  details: Details = {},
): Transaction {
  const fields: TransactionFields = {
    transaction_id: `T${String(++counter).padStart(6, '0')}`,
    portfolio_id: 'P',
    security_id: securityId,
    transaction_date: at.length === 10 ? `${at}T10:00:00.000000Z` : at,
    transaction_type: type,
    quantity: '0',
    price: '0',
    gross_transaction_amount: '0',
    trade_fee: '0',
    taxes: '0',
    accrued_interest: '0',
    currency: KEYS.get(securityId)!.currency,
    ...details,
  };
  return transactionFrom(fields, 'UTC');
}

type Dated = readonly (readonly [date: string, value: string])[];

export interface GivenMarket {
  readonly closes?: Readonly<Record<string, Dated>>;
  /** By pair: `'USD/EUR'`. */
  readonly rates?: Readonly<Record<string, Dated>>;
  readonly splits?: Readonly<Record<string, readonly AnnouncedSplit[]>>;
}

const rows = (dated: Dated) => dated.map(([date, value]) => [day(date), value] as const);

export function givenMarket(baseCurrency: string, { closes, rates, splits }: GivenMarket = {}): Market {
  return createMarket({
    baseCurrency,
    prices: new Map(Object.entries(closes ?? {}).map(([id, dated]) => [id, createSeries(rows(dated))])),
    splits: new Map(Object.entries(splits ?? {})),
    fx: createFxTable(
      Object.entries(rates ?? {}).map(([pair, dated]) => {
        const [from, to] = pair.split('/');
        return { from: from!, to: to!, rates: rows(dated) };
      }),
    ),
  });
}

export interface Book extends FoldResult {
  readonly market: Market;
  state(securityId: string): PositionState;
  effectsOn(securityId: string): readonly Effect[];
  /** The last effect on a key. */
  last(securityId: string): Effect;
  days(securityId: string, from: string, to: string): DayRow[];
}

/** Folds transactions in the order of the books, whatever the order given. */
export function fold(
  settings: BookSettings,
  transactions: readonly Transaction[],
  given: GivenMarket = {},
  states: ReadonlyMap<string, PositionState> = new Map(),
): Book {
  const market = givenMarket(settings.baseCurrency, given);
  const sorted = [...transactions].sort(compareTransactions);
  const result = foldTransactions(settings, KEYS, states, sorted, market);
  const effectsOn = (securityId: string) =>
    result.effects.filter((effect) => effect.securityId === securityId);
  return {
    ...result,
    market,
    effectsOn,
    state: (securityId) => result.states.get(securityId) ?? initialState(),
    last: (securityId) => effectsOn(securityId).at(-1)!,
    days: (securityId, from, to) =>
      valueDays({
        from: day(from),
        to: day(to),
        opening: undefined,
        key: KEYS.get(securityId)!,
        state: states.get(securityId) ?? initialState(),
        effects: effectsOn(securityId),
        market,
      }),
  };
}

/** As `fold`, with the cash that the applied transactions move. */
export function foldWithCash(
  settings: BookSettings,
  transactions: readonly Transaction[],
  given: GivenMarket = {},
): Book {
  const waiting = new Set(
    fold(settings, transactions, given).pending.map((pending) => pending.transactionId),
  );
  const legs = transactions
    .filter((transaction) => !waiting.has(transaction.id))
    .flatMap((transaction) => cashLeg(transaction, KEYS.get(transaction.securityId)!) ?? []);
  return fold(settings, [...transactions, ...legs], given);
}

/** Decimals anywhere in a value as canonical text, for readable expectations. */
export function text(value: Decimal | null | undefined): string | null {
  return value ? format(value) : null;
}

export function texts<K extends string>(
  source: Readonly<Record<K, unknown>>,
  ...names: readonly K[]
): Record<K, unknown> {
  const entries = names.map((name) => [name, plain(source[name])] as const);
  return Object.fromEntries(entries) as Record<K, unknown>;
}

/** A value with its decimals printed, so that equal figures compare equal whatever their scale. */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isDecimal(value)) return format(value);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, plain(inner)]),
  );
}

function isDecimal(value: object): value is Decimal {
  return 'coefficient' in value && 'scale' in value;
}

export { day, decimal };

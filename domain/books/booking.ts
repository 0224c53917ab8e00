/** What booking a transaction is given and gives: the shape shared by the rules of every type. */
import type { Day } from '../dates.ts';
import { isZero, multiplyAmount, ONE, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { isoDate } from '../dates.ts';
import type { FlowTiming } from '../events.ts';
import type {
  BookSettings,
  Effect,
  KeyDetails,
  Market,
  Pending,
  PositionState,
  PricePoint,
  Transaction,
} from './model.ts';
import { rankOf } from './transactions.ts';

/** One transaction about to be booked on its key. */
export interface Booking {
  readonly settings: BookSettings;
  readonly key: KeyDetails;
  readonly state: PositionState;
  readonly transaction: Transaction;
  readonly market: Market;
  /** One local unit in base currency: the rate recorded, else the market's of the day, else unknown. */
  readonly fx: Decimal | null;
  /** Another key of the portfolio, for a reorganisation. */
  readonly other: (securityId: string) => { readonly key: KeyDetails; readonly state: PositionState };
}

/** A gain made by closing lots: local, base, and base as price and currency parts. */
export interface Realised {
  readonly local: Decimal;
  readonly base: Decimal | null;
  readonly price: Decimal | null;
  readonly fx: Decimal | null;
}

export const NOTHING_REALISED: Realised = { local: ZERO, base: ZERO, price: ZERO, fx: ZERO };

/** What a transaction does to one key. Everything left out is zero. */
export interface Posting {
  readonly key: KeyDetails;
  readonly fx: Decimal | null;
  readonly after: PositionState;
  readonly realised: Realised;
  /** Value entering the key (leaving when negative); `null` when it has no value yet. */
  readonly flow?: Decimal | null;
  readonly timing?: FlowTiming;
  /** Whether the flow crosses the portfolio's boundary. */
  readonly external?: boolean;
  readonly income?: Decimal;
  readonly fees?: Decimal;
  readonly taxes?: Decimal;
}

export interface Refusal {
  readonly code: Pending['code'];
  readonly reason: string;
}

export type Booked = readonly Posting[] | Refusal;

export function isRefusal(booked: Booked): booked is Refusal {
  return 'code' in booked;
}

/** Starts a sentence that says why a transaction cannot be applied. */
export function refuse(booking: Booking, code: Refusal['code'], why: string): Refusal {
  const { transaction, key } = booking;
  const type = transaction.sourceType ?? transaction.type;
  return { code, reason: `${type} of ${key.securityId} on ${isoDate(transaction.day)}: ${why}` };
}

/** A local amount in base currency. Nothing is worth nothing at any rate. */
export function toBase(value: Decimal, fx: Decimal | null): Decimal | null {
  if (fx === ONE) return value;
  if (isZero(value)) return ZERO;
  return fx === null ? null : multiplyAmount(value, fx);
}

/**
 * The valuation price of a key: 1 for cash; the day's close or the last one before it; else the key's
 * last trade price. Flows at market value use it too, so that they agree with the day's valuation.
 */
export function priceOf(
  market: Market,
  key: KeyDetails,
  state: PositionState,
  day: Day,
): PricePoint | undefined {
  if (key.isCash) return { price: ONE, day };
  return market.close(key.securityId, day, state.splits) ?? state.lastTrade;
}

/** The effect of a posting, in local and base currency. */
export function effectOf(transaction: Transaction, posting: Posting): Effect {
  const { fx, realised } = posting;
  const flow = posting.flow === undefined ? ZERO : posting.flow;
  const [bodFlow, eodFlow] = posting.timing === 'bod' ? [flow, ZERO] : [ZERO, flow];
  const external = posting.external === true;
  const base = external && flow !== null ? toBase(flow, fx) : external ? null : ZERO;
  const [income, fees, taxes] = [posting.income ?? ZERO, posting.fees ?? ZERO, posting.taxes ?? ZERO];
  return {
    transactionId: transaction.id,
    securityId: posting.key.securityId,
    transactionType: transaction.sourceType ?? sourceTypeOf(transaction.type),
    at: transaction.at,
    rank: rankOf(transaction.type),
    day: transaction.day,
    bodFlow,
    eodFlow,
    bodExternal: external ? bodFlow : ZERO,
    eodExternal: external ? eodFlow : ZERO,
    bodExternalBase: posting.timing === 'bod' ? base : ZERO,
    eodExternalBase: posting.timing === 'bod' ? ZERO : base,
    income,
    fees,
    taxes,
    incomeBase: toBase(income, fx),
    feesBase: toBase(fees, fx),
    taxesBase: toBase(taxes, fx),
    realizedLocal: realised.local,
    realized: realised.base,
    realizedPrice: realised.price,
    realizedFx: realised.fx,
    after: posting.after,
  };
}

/** A leg without a source is a plain movement of cash. */
function sourceTypeOf(type: Transaction['type']): Effect['transactionType'] {
  return type === 'CASH_IN' ? 'DEPOSIT' : type === 'CASH_OUT' ? 'WITHDRAWAL' : type;
}

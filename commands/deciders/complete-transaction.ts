/**
 * From what a command says of a transaction to the whole fact: defaults filled in, the day turned into
 * an instant, and the rules that depend on the portfolio and the security applied.
 */
import { day, startOfDay, tryDay } from '../../domain/dates.ts';
import {
  AMOUNT_SCALE,
  decimal,
  divide,
  format,
  isZero,
  MAX_INTEGER_DIGITS,
  multiplyAmount,
} from '../../domain/decimal.ts';
import type { PortfolioSettings, SecurityDetails, TransactionFields } from '../../domain/events.ts';
import type { FieldError, Parsed } from '../parsed.ts';
import { FAMILY } from '../schemas/transaction-rules.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { defined } from './changes.ts';
import { isCashId } from './security.ts';

/** What a transaction is judged against. */
export interface TransactionContext {
  readonly portfolio: PortfolioSettings;
  readonly security: SecurityDetails;
  /** What a reorganisation delivers; without it the identifier alone tells whether that is cash. */
  readonly target?: SecurityDetails;
}

/** The instant meant: a plain date is the beginning of that day where the portfolio is kept. */
export function instantOf(text: string, timeZone: string): string {
  return tryDay(text) === undefined ? text : startOfDay(day(text), timeZone);
}

interface Amounts {
  readonly quantity: string;
  readonly price: string;
  readonly gross: string;
}

/** Quantity, price and gross amount, each from the others where it is not given and does follow. */
function amounts(input: RecordTransaction): Amounts {
  const { quantity = '0', price, gross_transaction_amount: gross } = input;
  const family = FAMILY[input.transaction_type];
  if (family === 'cash') {
    const value = gross ?? quantity;
    return { quantity: value, price: '1', gross: value };
  }
  // Here the gross amount is cash in lieu, for which no quantity and price can stand.
  if (family === 'split' || family === 'reorganisation')
    return { quantity, price: price ?? '0', gross: gross ?? '0' };
  if (gross === undefined) {
    const product = multiplyAmount(decimal(quantity), decimal(price ?? '0'));
    return { quantity, price: price ?? '0', gross: format(product) };
  }
  const follows = price === undefined && family !== 'amount' && !isZero(decimal(quantity));
  const implied = follows ? format(divide(decimal(gross), decimal(quantity), AMOUNT_SCALE)) : '0';
  return { quantity, price: price ?? implied, gross };
}

/** Cash is neither split nor reorganised; it is exchanged for other cash, and for nothing else. */
function cashFaults(input: RecordTransaction, { security, target }: TransactionContext): FieldError[] {
  const { transaction_type: type, target_security_id: targetId } = input;
  const family = FAMILY[type];
  if (family !== 'split' && family !== 'reorganisation') return [];
  const fromCash = security.type === 'cash';
  const toCash = targetId !== undefined && (target ? target.type === 'cash' : isCashId(targetId));
  if (type === 'EXCHANGE' && fromCash && toCash) return exchangeFaults(input);
  const faults: FieldError[] = [];
  if (fromCash)
    faults.push({
      field: 'security_id',
      rule: 'cash',
      message: type === 'EXCHANGE' ? 'cash is exchanged for cash only' : `${type} does not apply to cash`,
    });
  if (toCash)
    faults.push({
      field: 'target_security_id',
      rule: 'cash',
      message: type === 'EXCHANGE' ? 'only cash is exchanged for cash' : `${type} does not deliver cash`,
    });
  return faults;
}

/** What an exchange of currencies costs is a FEE or a TAX of its own, on the cash that pays it. */
function exchangeFaults(input: RecordTransaction): FieldError[] {
  return (['trade_fee', 'taxes', 'gross_transaction_amount'] as const).flatMap((field) => {
    const value = input[field];
    if (value === undefined || isZero(decimal(value))) return [];
    return [{ field, rule: 'not_applicable', message: 'must be left out of an exchange of currencies' }];
  });
}

function contextFaults(input: RecordTransaction, context: TransactionContext): FieldError[] {
  const { portfolio, security } = context;
  const faults: FieldError[] = [];
  const family = FAMILY[input.transaction_type];
  const given = input.currency ?? input.trade_currency;
  if (given !== undefined && given !== security.currency)
    faults.push({
      field: input.currency === undefined ? 'trade_currency' : 'currency',
      rule: 'currency_mismatch',
      message: `${security.security_id} is kept in ${security.currency}`,
    });
  if (family === 'cash' && security.type !== 'cash')
    faults.push({
      field: 'security_id',
      rule: 'not_cash',
      message: `${input.transaction_type} moves cash, and ${security.security_id} is not of type cash`,
    });
  faults.push(...cashFaults(input, context));
  if (input.lots && portfolio.cost_basis_method !== 'specific')
    faults.push({
      field: 'lots',
      rule: 'lots_not_allowed',
      message: `${portfolio.portfolio_id} sells lots by ${portfolio.cost_basis_method}`,
    });
  if (input.fx_rate !== undefined && input.fx_rate !== '1' && security.currency === portfolio.base_currency)
    faults.push({
      field: 'fx_rate',
      rule: 'disagrees',
      message: `must be 1 where the base currency is ${portfolio.base_currency} too`,
    });
  return faults;
}

/** The whole transaction, or everything wrong with it in this portfolio. */
export function completeTransaction(
  input: RecordTransaction,
  context: TransactionContext,
): Parsed<TransactionFields> {
  const { quantity, price, gross } = amounts(input);
  const errors = contextFaults(input, context);
  if (gross.split('.')[0]!.length > MAX_INTEGER_DIGITS)
    errors.push({
      field: 'gross_transaction_amount',
      rule: 'digits',
      message: `quantity × price has more than ${MAX_INTEGER_DIGITS} digits before the point`,
    });
  if (errors.length > 0) return { ok: false, errors };
  const value: TransactionFields = {
    transaction_id: input.transaction_id,
    // The same texts as the input's, but shared by all transactions: an import keeps a million.
    portfolio_id: context.portfolio.portfolio_id,
    security_id: context.security.security_id,
    transaction_date: instantOf(input.transaction_date, context.portfolio.time_zone),
    transaction_type: input.transaction_type,
    quantity,
    price,
    gross_transaction_amount: gross,
    trade_fee: input.trade_fee ?? '0',
    taxes: input.taxes ?? '0',
    accrued_interest: input.accrued_interest ?? '0',
    currency: context.security.currency,
    net_cost: input.net_cost,
    settlement_date: input.settlement_date,
    fx_rate: input.fx_rate,
    ratio: input.ratio,
    target_security_id: input.target_security_id,
    cost_fraction: input.cost_fraction,
    lots: input.lots,
    note: input.note,
  };
  return { ok: true, value: defined(value) };
}

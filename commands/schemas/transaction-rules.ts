/** Which fields a transaction of each type must, may and must not carry. */
import { add, compare, decimal, ZERO } from '../../domain/decimal.ts';
import type { TransactionType } from '../../domain/events.ts';
import type { FieldError } from '../parsed.ts';
import type { RecordTransaction } from './transaction.ts';

type Fields = Partial<RecordTransaction>;

/** The families of types that carry the same fields. */
export type Family = 'trade' | 'amount' | 'cash' | 'transfer' | 'split' | 'reorganisation';

export const FAMILY: Readonly<Record<TransactionType, Family>> = {
  BUY: 'trade',
  SELL: 'trade',
  DIVIDEND: 'amount',
  INTEREST: 'amount',
  FEE: 'amount',
  TAX: 'amount',
  RETURN_OF_CAPITAL: 'amount',
  DEPOSIT: 'cash',
  WITHDRAWAL: 'cash',
  TRANSFER_IN: 'transfer',
  TRANSFER_OUT: 'transfer',
  SPLIT: 'split',
  SPIN_OFF: 'reorganisation',
  MERGER: 'reorganisation',
  EXCHANGE: 'reorganisation',
};

/** Types that take lots away from the position they name. */
export const DISPOSALS: ReadonlySet<TransactionType> = new Set([
  'SELL',
  'WITHDRAWAL',
  'TRANSFER_OUT',
  'EXCHANGE',
]);

function isPositive(text: string | undefined): boolean {
  return text !== undefined && compare(decimal(text), ZERO) > 0;
}

/** Collects errors about fields, leaving alone those already known to be invalid. */
function complaints(fields: Fields, invalid: ReadonlySet<string>) {
  const errors: FieldError[] = [];
  const type = fields.transaction_type ?? '';
  const complain = (field: keyof Fields, rule: string, message: string) => {
    if (!invalid.has(field)) errors.push({ field, rule, message });
  };
  return {
    errors,
    complain,
    require(field: keyof Fields) {
      if (fields[field] === undefined) complain(field, 'required', `is required for ${type}`);
    },
    positive(field: 'quantity' | 'gross_transaction_amount') {
      const value = fields[field];
      if (value === undefined) complain(field, 'required', `is required for ${type}`);
      else if (!isPositive(value)) complain(field, 'positive', `must be greater than zero for ${type}`);
    },
    forbid(field: keyof Fields, zeroIsAbsent = false) {
      const value = fields[field];
      if (value === undefined || (zeroIsAbsent && value === '0')) return;
      complain(field, 'not_applicable', `does not belong to ${type}`);
    },
  };
}

/** A FEE or TAX may be stated in its own field (`trade_fee`, `taxes`) instead of the gross amount. */
function isChargedApart(fields: Fields): boolean {
  if (fields.transaction_type !== 'FEE' && fields.transaction_type !== 'TAX') return false;
  return isPositive(fields.trade_fee) || isPositive(fields.taxes);
}

function familyRules(fields: Fields, invalid: ReadonlySet<string>): FieldError[] {
  const check = complaints(fields, invalid);
  const { quantity, price, gross_transaction_amount: gross } = fields;
  switch (FAMILY[fields.transaction_type ?? 'BUY']) {
    case 'trade':
      check.positive('quantity');
      if (price === undefined && gross === undefined && !invalid.has('gross_transaction_amount'))
        check.complain('price', 'required', 'is required, or else gross_transaction_amount');
      break;
    case 'amount':
      if ((quantity === undefined || price === undefined) && !isChargedApart(fields))
        check.require('gross_transaction_amount');
      break;
    case 'cash': {
      if (quantity === undefined || gross !== undefined) check.positive('gross_transaction_amount');
      else check.positive('quantity');
      if (isPositive(quantity) && gross !== undefined && quantity !== gross)
        check.complain('gross_transaction_amount', 'disagrees', 'must equal the quantity of cash');
      break;
    }
    case 'transfer':
      check.positive('quantity');
      break;
    case 'split':
      check.require('ratio');
      check.forbid('quantity', true);
      check.forbid('gross_transaction_amount', true);
      break;
    case 'reorganisation':
      // A merger or exchange for cash alone delivers nothing.
      if (fields.transaction_type === 'SPIN_OFF' || !isPositive(gross)) {
        check.require('target_security_id');
        check.require('ratio');
      }
      if (fields.transaction_type === 'SPIN_OFF') check.require('cost_fraction');
      if (fields.transaction_type !== 'EXCHANGE') check.forbid('quantity', true);
      break;
  }
  return check.errors;
}

function misplaced(fields: Fields, invalid: ReadonlySet<string>, type: TransactionType): FieldError[] {
  const check = complaints(fields, invalid);
  const family = FAMILY[type];
  if (family !== 'split' && family !== 'reorganisation') check.forbid('ratio');
  if (family !== 'reorganisation') check.forbid('target_security_id');
  if (type !== 'SPIN_OFF') check.forbid('cost_fraction');
  if (!DISPOSALS.has(type)) check.forbid('lots');
  if (family !== 'trade') check.forbid('accrued_interest', true);
  return check.errors;
}

function lotsRules(fields: Fields): FieldError[] {
  const { lots, quantity } = fields;
  if (!lots) return [];
  const seen = new Set(lots.map((lot) => lot.lot_id));
  if (seen.size < lots.length)
    return [{ field: 'lots', rule: 'unique', message: 'must not name a lot twice' }];
  const total = lots.reduce((sum, lot) => add(sum, decimal(lot.quantity)), ZERO);
  const wanted = quantity ?? fields.gross_transaction_amount;
  if (wanted === undefined || compare(total, decimal(wanted)) <= 0) return [];
  return [{ field: 'lots', rule: 'disagrees', message: `must not add up to more than ${wanted}` }];
}

/** Everything wrong between the fields of one transaction, as far as the fields alone can tell. */
export function transactionRules(fields: Fields, invalid: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const { transaction_type: type, currency, trade_currency: tradeCurrency } = fields;
  if (type) errors.push(...familyRules(fields, invalid), ...misplaced(fields, invalid, type));
  if (currency && tradeCurrency && currency !== tradeCurrency)
    errors.push({ field: 'trade_currency', rule: 'disagrees', message: `must equal currency, ${currency}` });
  if (fields.security_id !== undefined && fields.target_security_id === fields.security_id)
    errors.push({ field: 'target_security_id', rule: 'differs', message: 'must differ from security_id' });
  if (fields.epoch)
    errors.push({ field: 'epoch', rule: 'replay', message: 'above 0 marks a replay, not a new fact' });
  errors.push(...lotsRules(fields));
  return errors;
}

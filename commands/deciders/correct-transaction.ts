/** What a transaction becomes by a correction, before it is judged as a whole. */
import { decimal, format, multiplyAmount } from '../../domain/decimal.ts';
import type { TransactionFields } from '../../domain/events.ts';
import type { FieldError, Parsed } from '../parsed.ts';
import { rejected } from '../parsed.ts';
import type { CorrectTransaction } from '../schemas/correction.ts';
import { FAMILY, transactionRules } from '../schemas/transaction-rules.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { defined } from './changes.ts';
import type { TransactionContext } from './complete-transaction.ts';
import { completeTransaction } from './complete-transaction.ts';

/**
 * The gross amount is quantity × price unless somebody said otherwise, so a correction of one of the
 * two moves it along. Where it was given apart, nobody but the caller can say what it becomes.
 */
function movedGross(
  fields: TransactionFields,
  command: CorrectTransaction,
): Parsed<Partial<RecordTransaction>> {
  const touched = command.quantity !== undefined || command.price !== undefined;
  if (FAMILY[fields.transaction_type] === 'cash') {
    const value = command.gross_transaction_amount ?? command.quantity;
    return {
      ok: true,
      value:
        value === undefined ? {} : { quantity: command.quantity ?? value, gross_transaction_amount: value },
    };
  }
  if (!touched || command.gross_transaction_amount !== undefined) return { ok: true, value: {} };
  const product = format(multiplyAmount(decimal(fields.quantity), decimal(fields.price)));
  if (product === fields.gross_transaction_amount)
    return { ok: true, value: { gross_transaction_amount: undefined } };
  if (FAMILY[fields.transaction_type] !== 'trade') return { ok: true, value: {} };
  return rejected({
    field: 'gross_transaction_amount',
    rule: 'required',
    message: `is required: ${fields.gross_transaction_amount} was not quantity × price, so it does not follow`,
  });
}

/** The corrected transaction, or everything that would be wrong with it. */
export function correctedTransaction(
  fields: TransactionFields,
  command: CorrectTransaction,
  context: TransactionContext,
): Parsed<TransactionFields> {
  const { reason: _reason, ...changes } = defined(command);
  const gross = movedGross(fields, command);
  if (!gross.ok) return gross;
  const whole: RecordTransaction = defined({ ...fields, ...changes, ...gross.value });
  const errors: FieldError[] = transactionRules(whole, new Set());
  const completed = completeTransaction(whole, context);
  if (completed.ok && errors.length === 0) return completed;
  return { ok: false, errors: [...errors, ...(completed.ok ? [] : completed.errors)] };
}

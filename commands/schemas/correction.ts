/** `POST /v1/transactions/{transaction_id}/correct` and `…/cancel`. */
import { z } from 'zod';
import type { FieldError } from '../parsed.ts';
import { parseWith } from './parse.ts';
import { identifier, text } from './fields.ts';
import { transactionDetails } from './transaction.ts';

const reason = text(2000).describe('Why; kept with the fact.');
const transactionId = identifier.describe('The transaction meant; over HTTP it stands in the path.');

/** The identity is taken here only to answer with a rule of its own where it is to be changed. */
export const correctionSchema = z
  .strictObject({
    transaction_id: transactionId,
    portfolio_id: identifier.optional().describe('Cannot be corrected.'),
    security_id: identifier.optional().describe('Cannot be corrected.'),
    ...transactionDetails,
    transaction_date: transactionDetails.transaction_date.optional(),
    transaction_type: transactionDetails.transaction_type.optional(),
    reason,
  })
  .meta({
    description: 'Changes the fields given of a recorded transaction.',
    examples: [{ transaction_id: 'TXN_001', price: '151', reason: 'broker correction' }],
  });

export type CorrectTransaction = z.output<typeof correctionSchema>;

function changesSomething(fields: Partial<CorrectTransaction>, invalid: ReadonlySet<string>): FieldError[] {
  const named = Object.keys(fields).filter((key) => key !== 'transaction_id' && key !== 'reason');
  if (named.length + invalid.size > 0) return [];
  return [{ field: '', rule: 'not_empty', message: 'names no field to change' }];
}

/** `null` is refused here: a correction that means to remove a value must not pass for one that keeps it. */
export function parseCorrection(input: unknown) {
  return parseWith(correctionSchema, input, changesSomething, { nullIsAbsent: false });
}

export const cancellationSchema = z.strictObject({ transaction_id: transactionId, reason }).meta({
  description: 'Cancels a recorded transaction.',
  examples: [{ transaction_id: 'TXN_001', reason: 'never happened' }],
});

export type CancelTransaction = z.output<typeof cancellationSchema>;

export function parseCancellation(input: unknown) {
  return parseWith(cancellationSchema, input);
}

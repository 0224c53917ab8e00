/** `POST /v1/transactions`: the fields of the processed-transaction message, each valid by itself. */
import { z } from 'zod';
import { TRANSACTION_TYPES } from '../../domain/events.ts';
import { parseWith } from './parse.ts';
import {
  anyDecimal,
  currency,
  date,
  fraction,
  identifier,
  instantOrDate,
  notNegative,
  positive,
  text,
} from './fields.ts';
import { transactionRules } from './transaction-rules.ts';

const lot = z.strictObject({ lot_id: identifier, quantity: positive });

/** What a transaction says besides which one it is; shared with corrections. */
export const transactionDetails = {
  transaction_date: instantOrDate,
  transaction_type: z.enum(TRANSACTION_TYPES),
  quantity: notNegative.optional(),
  price: notNegative.optional(),
  gross_transaction_amount: notNegative.optional().describe('quantity × price unless given.'),
  net_cost: anyDecimal.optional().describe("The upstream's own figure, kept for comparison only."),
  trade_currency: currency.optional().describe('If given, the same as currency.'),
  currency: currency.optional().describe("The security's; given, it registers an unknown security."),
  trade_fee: notNegative.optional(),
  taxes: notNegative.optional(),
  accrued_interest: notNegative.optional(),
  settlement_date: date.optional(),
  fx_rate: positive.optional().describe('Agreed for this trade: 1 currency = fx_rate base currency.'),
  ratio: positive.optional().describe('SPLIT, SPIN_OFF, MERGER, EXCHANGE: new units for one held.'),
  target_security_id: identifier.optional().describe('SPIN_OFF, MERGER, EXCHANGE: the security received.'),
  cost_fraction: fraction.optional().describe('SPIN_OFF: the part of the cost that moves to the target.'),
  lots: z.array(lot).min(1).max(1000).readonly().optional().describe('Lots a disposal takes first.'),
  note: text(2000).optional(),
};

export const transactionSchema = z
  .strictObject({
    transaction_id: identifier,
    portfolio_id: identifier,
    security_id: identifier,
    ...transactionDetails,
    epoch: z.int().min(0).optional().describe('0 or absent: a new fact.'),
  })
  .meta({
    description: 'Records a transaction.',
    examples: [
      {
        transaction_id: 'TXN_001',
        portfolio_id: 'PORT_001',
        security_id: 'SEC_AAPL',
        transaction_date: '2025-08-15T10:00:00Z',
        transaction_type: 'BUY',
        quantity: '10',
        price: '150',
        trade_fee: '5',
        currency: 'USD',
      },
    ],
  });

export type RecordTransaction = z.output<typeof transactionSchema>;

/** Field by field and between the fields; what depends on the portfolio or the security comes later. */
export function parseTransaction(input: unknown) {
  return parseWith(transactionSchema, input, transactionRules);
}

/** `POST /v1/prices`, `/v1/fx-rates` and `/v1/business-dates`. */
import { z } from 'zod';
import type { FieldError } from '../parsed.ts';
import { parseWith } from './parse.ts';
import { currency, date, identifier, positive } from './fields.ts';

export const priceSchema = z
  .strictObject({
    security_id: identifier,
    date,
    price: positive,
    currency: currency.optional().describe("The security's; given, it registers an unknown security."),
  })
  .meta({
    description: 'The closing price of a day, per unit held on that day unless a split says otherwise.',
    examples: [{ security_id: 'SEC_AAPL', date: '2025-08-15', price: '187.32' }],
  });

export type RecordPrice = z.output<typeof priceSchema>;

export function parsePrice(input: unknown) {
  return parseWith(priceSchema, input);
}

export const fxRateSchema = z
  .strictObject({
    from_currency: currency,
    to_currency: currency,
    date,
    rate: positive.describe('1 from_currency = rate to_currency.'),
  })
  .meta({
    description: 'The exchange rate of a day.',
    examples: [{ from_currency: 'EUR', to_currency: 'USD', date: '2025-08-15', rate: '1.1702' }],
  });

export type RecordFxRate = z.output<typeof fxRateSchema>;

function twoCurrencies(fields: Partial<RecordFxRate>): FieldError[] {
  if (fields.from_currency === undefined || fields.from_currency !== fields.to_currency) return [];
  return [{ field: 'to_currency', rule: 'differs', message: 'must differ from from_currency' }];
}

export function parseFxRate(input: unknown) {
  return parseWith(fxRateSchema, input, twoCurrencies);
}

export const businessDateSchema = z.strictObject({ date }).meta({
  description: 'Advances the business date: days before it are published.',
  examples: [{ date: '2025-08-18' }],
});

export type AdvanceBusinessDate = z.output<typeof businessDateSchema>;

export function parseBusinessDate(input: unknown) {
  return parseWith(businessDateSchema, input);
}

/** `POST /v1/securities` and `POST /v1/splits`. */
import { z } from 'zod';
import { parseWith } from './parse.ts';
import { currency, date, identifier, positive, text } from './fields.ts';

export const SECURITY_TYPES = ['equity', 'fund', 'bond', 'cash', 'crypto', 'other'] as const;

export const securitySchema = z
  .strictObject({
    security_id: identifier,
    currency,
    name: text(200).optional(),
    type: z.enum(SECURITY_TYPES).optional().describe('other unless given; cash for CASH_<currency>.'),
    isin: text(12).optional(),
    symbol: text(64).optional(),
    asset_class: text(100).optional(),
    sector: text(100).optional(),
    country: text(100).optional(),
  })
  .meta({
    description: 'Registers a security, or changes the details given of one that exists.',
    examples: [{ security_id: 'SEC_AAPL', currency: 'USD', name: 'Apple', type: 'equity' }],
  });

export type RegisterSecurity = z.output<typeof securitySchema>;

export function parseSecurity(input: unknown) {
  return parseWith(securitySchema, input);
}

export const splitSchema = z
  .strictObject({
    security_id: identifier,
    date,
    ratio: positive.describe('New units for one old.'),
    prices_adjusted: z
      .boolean()
      .describe('Whether the closes given for days before the split are already divided by the ratio.'),
  })
  .meta({
    description: 'Announces a split of a security; holdings are moved by SPLIT transactions.',
    examples: [{ security_id: 'SEC_AAPL', date: '2014-06-09', ratio: '7', prices_adjusted: true }],
  });

export type AnnounceSplit = z.output<typeof splitSchema>;

export function parseSplit(input: unknown) {
  return parseWith(splitSchema, input);
}

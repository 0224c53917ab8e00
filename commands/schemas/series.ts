/** `POST /v1/series` and `/v1/series-values`. */
import { z } from 'zod';
import type { FieldError } from '../parsed.ts';
import { parseWith } from './parse.ts';
import { anyDecimal, currency, date, identifier, text } from './fields.ts';

export const seriesSchema = z
  .strictObject({
    series_id: identifier,
    name: text(200).optional(),
    kind: z.enum(['level', 'rate']).describe('Levels of an index, or yearly rates as fractions.'),
    currency: currency.optional().describe('Of levels; rates have none.'),
  })
  .meta({
    description: 'A series of numbers by day. Replaces the former definition of the id; its values stay.',
    examples: [{ series_id: 'BOND_INDEX', name: 'Bonds, total return', kind: 'level', currency: 'USD' }],
  });

export type DefineSeries = z.output<typeof seriesSchema>;

function currencyOfKind(
  { kind, currency: given }: Partial<DefineSeries>,
  invalid: ReadonlySet<string>,
): FieldError[] {
  if (kind === 'level' && given === undefined && !invalid.has('currency'))
    return [{ field: 'currency', rule: 'required', message: 'is required of levels' }];
  if (kind === 'rate' && given !== undefined)
    return [{ field: 'currency', rule: 'not_allowed', message: 'rates have no currency' }];
  return [];
}

export function parseSeries(input: unknown) {
  return parseWith(seriesSchema, input, currencyOfKind);
}

export const seriesValueSchema = z
  .strictObject({
    series_id: identifier,
    date,
    value: anyDecimal.describe('A level above 0, or a yearly rate as a fraction above -1.'),
  })
  .meta({
    description: 'The value of a day: a level at its close, or the rate from it until the next one.',
    examples: [{ series_id: 'BOND_INDEX', date: '2025-08-15', value: '412.07' }],
  });

export type RecordSeriesValue = z.output<typeof seriesValueSchema>;

export function parseSeriesValue(input: unknown) {
  return parseWith(seriesValueSchema, input);
}

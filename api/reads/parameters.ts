/** The parameters that reads share. */
import { z } from '@hono/zod-openapi';
import { currency, date, identifier } from '../../commands/schemas/fields.ts';
import { tryInstant } from '../../domain/dates.ts';
import type { ReturnOptions } from '../../domain/returns/model.ts';
import { FLOW_TIMINGS } from '../../domain/returns/model.ts';
import { DIMENSIONS } from '../../projections/queries/dimension.ts';
import type { KnownAt } from '../../projections/queries/reading.ts';
import type { DateRange } from '../../projections/queries/read-model.ts';
import { invalidParameter } from '../http/problem.ts';
import { TABLE_FORMATS } from '../reply/format.ts';
import { NUMBERS } from '../reply/numbers.ts';

/** A whole number in decimal digits, within bounds. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .transform((text, context): number => {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({
        code: 'custom',
        message: `must be a whole number from ${min} to ${max}`,
        params: { rule: 'range' },
      });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: min, maximum: max });
}

const knownAtText = z.string().transform((text, context): KnownAt => {
  if (/^\d{1,15}$/.test(text)) return { position: Number(text) };
  // An unescaped plus arrives as a blank.
  const instant = tryInstant(text.replace(' ', '+'));
  if (instant !== undefined) return { instant };
  context.addIssue({
    code: 'custom',
    message: 'must be a log position or an instant such as 2025-08-15T10:00:00Z',
    params: { rule: 'known_at' },
  });
  return z.NEVER;
});

export const knownAt = knownAtText.meta({
  description: 'Read the books as they were known after this log position or at this instant.',
  pattern: '^(\\d{1,15}|\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}.*)$',
  example: '2025-08-15T10:00:00Z',
});

export const MAX_LIMIT = 100_000;

export function limit(byDefault: number) {
  return wholeNumber(1, MAX_LIMIT)
    .optional()
    .meta({ description: `The most rows to send, 1 to ${MAX_LIMIT}; ${byDefault} by default.` });
}

export const cursor = z
  .string()
  .optional()
  .meta({ description: 'Goes on where the reply that gave it ended (`next_cursor`).' });

export const format = z.enum(TABLE_FORMATS).optional().meta({ description: 'Overrides `Accept`.' });

export const numbers = z.enum(NUMBERS).optional().meta({
  description:
    'How Arrow and Parquet hold decimals: exactly (`decimal`, by default), as the nearest binary `float`, or as the `text` of JSON.',
});

export const portfolioParams = z.strictObject({
  portfolio_id: identifier.meta({ description: 'The portfolio.', example: 'PORT_001' }),
});

export const positionParams = portfolioParams.extend({
  security_id: identifier.meta({ description: 'The security held.', example: 'SEC_AAPL' }),
});

export const noParams = z.strictObject({});

/** Of every read. */
export const knowledge = { known_at: knownAt.optional() };

/** Of every read of a table. */
export const tabular = { ...knowledge, format, numbers };

export const range = {
  from: date.optional().meta({ description: 'The first day, included.', example: '2025-01-01' }),
  to: date.optional().meta({ description: 'The last day, included.', example: '2025-12-31' }),
};

export const securityFilter = identifier.optional().meta({ description: 'Only this security.' });

export const currencyParameter = currency
  .optional()
  .meta({ description: 'Converts amounts at the rates of each day; the base currency by default.' });

/** The conventions of returns. */
export const conventions = {
  basis: z
    .enum(['net', 'gross'])
    .optional()
    .meta({ description: '`gross` adds fees back; `net` by default.' }),
  taxes: z
    .enum(['after', 'before'])
    .optional()
    .meta({ description: '`before` adds taxes back; `after` by default.' }),
  flow_timing: z.enum(['default', 'begin', 'end']).optional().meta({
    description: 'Where in the day flows count: inflows at its begin and outflows at its end by default.',
  }),
};

export const dimension = z.enum(DIMENSIONS).optional().meta({
  description:
    'What positions are put together by. Securities without the attribute are `unclassified`; cash without it is `cash`.',
  example: 'asset_class',
});

/** @throws Problem where the days are the wrong way round: no rows would look like no history */
export function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): DateRange {
  if (from !== undefined && to !== undefined && from > to)
    throw invalidParameter('from', 'order', `is after to (${to})`);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

export function returnOptions(query: {
  basis?: 'net' | 'gross' | undefined;
  taxes?: 'after' | 'before' | undefined;
  flow_timing?: keyof typeof FLOW_TIMINGS | undefined;
}): ReturnOptions {
  return {
    basis: query.basis ?? 'net',
    taxes: query.taxes ?? 'after',
    flowTiming: FLOW_TIMINGS[query.flow_timing ?? 'default'],
  };
}

/** The parameters that reads of market data share. */
import { z } from '@hono/zod-openapi';
import { tryDay, tryInstant } from '../../domain/dates.ts';
import { INTERVALS } from '../../domain/market/windows.ts';
import { parseSymbol } from '../../domain/market/symbol.ts';
import { wholeNumber } from '../reads/parameters.ts';

const SECONDS_LIMIT = 253_402_300_800;

/** A symbol in the path, as it is stored: `aapl` and `AAPL.O` are `AAPL`. */
export const symbolParams = z.strictObject({
  symbol: z
    .string()
    .transform((text, context): string => {
      const parsed = parseSymbol(text);
      if (parsed) return parsed.symbol;
      context.addIssue({ code: 'custom', message: 'is not a symbol', params: { rule: 'symbol' } });
      return z.NEVER;
    })
    .meta({ description: 'The symbol; case and a known exchange suffix do not matter.', example: 'AAPL' }),
});

export const interval = z.enum(INTERVALS);

/** Unix milliseconds, from Unix seconds, a date (its midnight UTC) or an ISO instant. */
export const moment = z.string().transform((text, context): number => {
  const seconds = /^-?\d{1,12}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (Math.abs(seconds) < SECONDS_LIMIT) return Math.round(seconds * 1000);
  const date = tryDay(text);
  if (date !== undefined) return date * 86_400_000;
  // An unescaped plus arrives as a blank.
  const instant = tryInstant(text.replace(' ', '+'));
  if (instant !== undefined) return Date.parse(`${instant.slice(0, 23)}Z`);
  context.addIssue({
    code: 'custom',
    message: 'must be Unix seconds, a date, or an instant such as 2025-08-15T10:00:00Z',
    params: { rule: 'moment' },
  });
  return z.NEVER;
});

export const start = moment.optional().meta({
  description: 'From here on, included: Unix seconds or ISO 8601.',
  example: '2025-08-15T10:00:00Z',
});

export const end = moment.optional().meta({
  description: 'Up to here, not included: Unix seconds or ISO 8601.',
  example: '2025-08-16',
});

export const MAX_BARS = 10_000;

export function barLimit(byDefault: number) {
  return wholeNumber(1, MAX_BARS)
    .optional()
    .meta({
      description: `The most rows to send, 1 to ${MAX_BARS}: the first ones from \`start\` on, otherwise the newest. ${byDefault} by default, ${MAX_BARS} with \`start\`.`,
    });
}

export const format = z
  .enum(['json', 'csv'])
  .optional()
  .meta({ description: '`json` unless it says otherwise.' });

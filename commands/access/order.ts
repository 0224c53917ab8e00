/** An order for a key as it is read from outside. */
import { z } from 'zod';
import { SCOPES } from '../../domain/events.ts';
import { tryInstant } from '../../domain/dates.ts';
import { identifier, text } from '../schemas/fields.ts';

/** Of one key. */
export const MOST_PORTFOLIOS = 1_000;

const instant = z
  .string()
  .transform((text, context) => {
    const parsed = tryInstant(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({
      code: 'custom',
      message: 'must be an instant such as 2026-12-31T00:00:00Z',
      params: { rule: 'instant' },
    });
    return z.NEVER;
  })
  .meta({ format: 'date-time', example: '2030-12-31T00:00:00Z' });

export const keyOrder = z
  .strictObject({
    name: text(100).meta({ description: 'Who or what it is for.', example: 'nightly report' }),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).meta({
      description: 'What it may do. None implies another.',
    }),
    portfolio_ids: z.array(identifier).max(MOST_PORTFOLIOS).optional().meta({
      description: 'The portfolios it may know of; all when absent.',
    }),
    expires_at: instant.optional().meta({ description: 'When it ends; never when absent.' }),
  })
  .meta({
    id: 'KeyOrder',
    examples: [{ name: 'nightly report', scopes: ['read'], portfolio_ids: ['PORT_001'] }],
  });

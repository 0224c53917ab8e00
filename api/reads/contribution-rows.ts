/** What a table of contributions holds. */
import { z } from '@hono/zod-openapi';
import { fraction, isoDate, money, remark } from './rows.ts';

const part = fraction.nullable();
const amount = money.nullable();

const line = {
  kind: z.enum(['part', 'unattributed', 'total']).meta({
    description:
      '`unattributed` is what of the gain belongs to no position: movements between positions that do not cancel.',
  }),
  key: z.string().meta({
    description: 'The id of the security or portfolio, or the value of the attribute.',
    example: 'SEC_AAPL',
  }),
  name: z.string().nullable(),
  portfolio_id: z.string().nullable().meta({ description: 'Of a position.' }),
  positions: z.int(),
  average_weight: part.meta({
    description: "The mean of the days' shares in the opening value.",
    format: 'decimal',
    example: '0.25',
  }),
  contribution: part.meta({
    description: 'In units of the opening capital; they add up to the time-weighted return.',
    format: 'decimal',
    example: '0.0123',
  }),
  contribution_price: part,
  contribution_currency: part,
  contribution_income: part,
  contribution_fees: part.meta({ description: 'Taken off.', format: 'decimal', example: '0.0001' }),
  contribution_taxes: part.meta({ description: 'Taken off.', format: 'decimal', example: '0.0001' }),
  begin_market_value: amount,
  end_market_value: amount,
  flows: amount.meta({
    description: 'What came in from outside and from other parts, less what went out.',
    format: 'decimal',
    example: '1000.00',
  }),
  gain: amount,
  gain_price: amount,
  gain_currency: amount,
  gain_income: amount,
  gain_fees: amount.meta({ description: 'Taken off.', format: 'decimal', example: '5.00' }),
  gain_taxes: amount.meta({ description: 'Taken off.', format: 'decimal', example: '5.00' }),
};

export const contributionLine = z.object(line).meta({ id: 'ContributionLine' });

export const periodContributions = z
  .object({
    period: z.string().meta({ example: 'YTD' }),
    from: isoDate,
    to: isoDate,
    days: z.int(),
    lines: z.array(contributionLine).meta({ description: 'They add up to the total.' }),
    total: contributionLine,
    quality: z.enum(['final', 'open_day', 'estimated']),
    flags: z.array(remark),
    reasons: z.array(remark).meta({ description: 'Why figures are null.' }),
  })
  .meta({ id: 'PeriodContributions' });

/** A line of a table of several periods; the last line of each is its total. */
export const flatContributionLine = z
  .object({ period: z.string().meta({ example: 'YTD' }), from: isoDate, to: isoDate, ...line })
  .meta({ id: 'FlatContributionLine' });

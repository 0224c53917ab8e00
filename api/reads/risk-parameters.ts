/** The parameters of risk and of benchmarks. */
import { z } from '@hono/zod-openapi';
import { RISK_FREQUENCIES } from '../../domain/risk/frequency.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import type { ComparisonQuery } from '../../projections/queries/comparison.ts';

/** As long as any id may be, with its prefix. */
const reference = z.string().min(1).max(300);

const confidence = z
  .string()
  .transform((text, context): number => {
    const value = /^0\.\d{1,18}$/.test(text) ? Number(text) : NaN;
    if (value >= 0.9 && value <= 0.999) return value;
    context.addIssue({
      code: 'custom',
      message: 'must be a fraction from 0.9 to 0.999',
      params: { rule: 'range' },
    });
    return z.NEVER;
  })
  .meta({ type: 'number', minimum: 0.9, maximum: 0.999, example: 0.95 });

export const comparisonParameters = {
  benchmark: reference.optional().meta({
    description: 'What to compare with: the id of a benchmark, `security:<id>` or `series:<id>`.',
    example: 'security:SEC_AAPL',
  }),
  risk_free: reference.optional().meta({
    description:
      'What money earns without risk: a fraction per year such as 0.02, or `series:<id>` of rates.',
    example: '0.02',
  }),
};

const frequency = z.enum(RISK_FREQUENCIES).optional().meta({
  description:
    'Of the returns that statistics are made of; `daily` by default, which means business days: a weekend is part of its Monday.',
});

export const riskParameters = {
  ...comparisonParameters,
  risk_frequency: frequency,
  confidence: confidence.optional().meta({
    description: 'Of value at risk and expected shortfall, 0.9 to 0.999; 0.95 by default.',
  }),
  risk: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`false` leaves the risk out; `true` by default.' }),
};

export const returnFrequency = frequency;

export const DEFAULT_CONFIDENCE = 0.95;

interface RiskParameters {
  readonly benchmark?: string | undefined;
  readonly risk_free?: string | undefined;
  readonly risk_frequency?: RiskFrequency | undefined;
  readonly confidence?: number | undefined;
  readonly risk?: 'true' | 'false' | undefined;
}

export function comparisonOf({ benchmark, risk_free }: RiskParameters): ComparisonQuery {
  return {
    ...(benchmark === undefined ? {} : { benchmark }),
    ...(risk_free === undefined ? {} : { riskFree: risk_free }),
  };
}

export function riskSettings(query: RiskParameters) {
  if (query.risk === 'false') return {};
  return {
    risk: {
      frequency: query.risk_frequency ?? 'daily',
      confidence: query.confidence ?? DEFAULT_CONFIDENCE,
    },
  };
}

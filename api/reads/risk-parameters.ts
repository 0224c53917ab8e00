/** The parameters of risk and of benchmarks. */
import { z } from '@hono/zod-openapi';
import { format } from '../../domain/decimal.ts';
import { wholeNumber } from './parameters.ts';
import { RISK_FREQUENCIES } from '../../domain/risk/frequency.ts';
import type { RiskFrequency } from '../../domain/risk/frequency.ts';
import { yearlyFraction } from '../../projections/queries/benchmark-ref.ts';
import type { ComparisonQuery } from '../../projections/queries/comparison.ts';

/** The returns of a business year. */
const MAX_HORIZON = 252;

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

const acceptable = z
  .string()
  .transform((text, context): string => {
    const value = yearlyFraction(text);
    if (value) return format(value);
    context.addIssue({
      code: 'custom',
      message: 'must be a yearly fraction above -1 and at most 1, such as 0.05',
      params: { rule: 'range' },
    });
    return z.NEVER;
  })
  .meta({ type: 'number', exclusiveMinimum: -1, maximum: 1, example: 0.05 });

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

/** How figures are annualised, and what is too little of a return. */
export const scaleParameters = {
  returns_per_year: wholeNumber(1, 366).optional().meta({
    description: 'By which means are annualised, and deviations by its root; 252, 52 or 12 by default.',
    example: 260,
  }),
  minimum_acceptable_return: acceptable.optional().meta({
    description:
      'A fraction per year, below which returns count as short in `downside_deviation` and `sortino`; the riskless rate by default.',
  }),
};

export const riskParameters = {
  ...comparisonParameters,
  ...scaleParameters,
  risk_frequency: frequency,
  confidence: confidence.optional().meta({
    description: 'Of value at risk and expected shortfall, 0.9 to 0.999; 0.95 by default.',
  }),
  horizon: wholeNumber(1, MAX_HORIZON)
    .optional()
    .meta({ description: 'Of value at risk and expected shortfall, in returns; 1 by default.', example: 10 }),
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
  readonly returns_per_year?: number | undefined;
  readonly minimum_acceptable_return?: string | undefined;
  readonly confidence?: number | undefined;
  readonly horizon?: number | undefined;
  readonly risk?: 'true' | 'false' | undefined;
}

export function comparisonOf({ benchmark, risk_free }: RiskParameters): ComparisonQuery {
  return {
    ...(benchmark === undefined ? {} : { benchmark }),
    ...(risk_free === undefined ? {} : { riskFree: risk_free }),
  };
}

type ScaleParameters = Pick<RiskParameters, 'returns_per_year' | 'minimum_acceptable_return'>;

export function scaleOf(frequency: RiskFrequency, query: ScaleParameters) {
  const { returns_per_year: returnsPerYear, minimum_acceptable_return: acceptable } = query;
  return {
    frequency,
    ...(returnsPerYear === undefined ? {} : { returnsPerYear }),
    ...(acceptable === undefined ? {} : { acceptable }),
  };
}

export function riskSettings(query: RiskParameters) {
  if (query.risk === 'false') return {};
  return {
    risk: {
      ...scaleOf(query.risk_frequency ?? 'daily', query),
      confidence: query.confidence ?? DEFAULT_CONFIDENCE,
      ...(query.horizon === undefined ? {} : { horizon: query.horizon }),
    },
  };
}

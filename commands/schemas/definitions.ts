/** `POST /v1/groups`, `/v1/benchmarks`, and the removal of both. */
import { z } from 'zod';
import { add, decimal, equal, ONE, ZERO } from '../../domain/decimal.ts';
import type { FieldError } from '../parsed.ts';
import { parseWith } from './parse.ts';
import { currency, identifier, positive, text } from './fields.ts';

export const MAX_GROUP_PORTFOLIOS = 1_000;
export const MAX_BENCHMARK_COMPONENTS = 100;
export const REBALANCINGS = ['daily', 'monthly', 'quarterly', 'yearly', 'never'] as const;

/** How references name what is no benchmark by definition: `security:SEC_AAPL`. */
const RESERVED = /^(security|series):/;

/** Names every entry that repeats an earlier one. */
function repeated(list: string, names: readonly string[]): FieldError[] {
  return names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [{ field: `${list}.${i}`, rule: 'distinct', message: `repeats ${name}` }],
  );
}

export const groupSchema = z
  .strictObject({
    group_id: identifier,
    name: text(200).optional(),
    currency: currency
      .optional()
      .describe('Of its figures; the base currency of its portfolios where all have the same.'),
    portfolio_ids: z.array(identifier).min(1).max(MAX_GROUP_PORTFOLIOS).describe('Each once.'),
  })
  .meta({
    description: 'Portfolios to be looked at as one. Replaces the former definition of the id.',
    examples: [{ group_id: 'FAMILY', name: 'The family', portfolio_ids: ['PORT_001', 'PORT_002'] }],
  });

export type DefineGroup = z.output<typeof groupSchema>;

export function parseGroup(input: unknown) {
  return parseWith(groupSchema, input, ({ portfolio_ids }) => repeated('portfolio_ids', portfolio_ids ?? []));
}

export const groupRemovalSchema = z
  .strictObject({ group_id: identifier })
  .meta({ description: 'Removes a group; its portfolios stay.' });

export type RemoveGroup = z.output<typeof groupRemovalSchema>;

export function parseGroupRemoval(input: unknown) {
  return parseWith(groupRemovalSchema, input);
}

const componentSchema = z.strictObject({
  weight: positive.describe('Fraction of the whole; all add up to 1 exactly.'),
  security_id: identifier.optional().describe('A security by its closes; or series_id.'),
  series_id: identifier.optional().describe('An uploaded series of levels; or security_id.'),
});

export const benchmarkSchema = z
  .strictObject({
    benchmark_id: identifier,
    name: text(200).optional(),
    currency: currency.describe('Of its returns, unless another is asked for.'),
    rebalancing: z
      .enum(REBALANCINGS)
      .optional()
      .describe('At the close before each such period the weights are restored; monthly unless given.'),
    components: z.array(componentSchema).min(1).max(MAX_BENCHMARK_COMPONENTS),
  })
  .meta({
    description: 'What returns are compared with. Replaces the former definition of the id.',
    examples: [
      {
        benchmark_id: 'BALANCED',
        name: '60 % shares, 40 % bonds',
        currency: 'USD',
        rebalancing: 'monthly',
        components: [
          { weight: '0.6', security_id: 'SEC_WORLD' },
          { weight: '0.4', series_id: 'BOND_INDEX' },
        ],
      },
    ],
  });

export type DefineBenchmark = z.output<typeof benchmarkSchema>;

function benchmarkRules({ benchmark_id, components = [] }: Partial<DefineBenchmark>): FieldError[] {
  const errors: FieldError[] = [];
  if (benchmark_id !== undefined && RESERVED.test(benchmark_id))
    errors.push({
      field: 'benchmark_id',
      rule: 'reserved',
      message: 'must not begin with security: or series:, which name those',
    });
  for (const [i, { security_id, series_id }] of components.entries())
    if ((security_id === undefined) === (series_id === undefined))
      errors.push({
        field: `components.${i}`,
        rule: 'one_of_two',
        message: 'must have either a security_id or a series_id',
      });
  const names = components.map(({ security_id, series_id }) =>
    security_id === undefined ? `series ${series_id}` : `security ${security_id}`,
  );
  if (errors.length === 0) errors.push(...repeated('components', names));
  const total = components.reduce((sum, { weight }) => add(sum, decimal(weight)), ZERO);
  if (components.length > 0 && !equal(total, ONE))
    errors.push({
      field: 'components',
      rule: 'weights',
      message: 'must have weights that add up to 1 exactly',
    });
  return errors;
}

export function parseBenchmark(input: unknown) {
  return parseWith(benchmarkSchema, input, benchmarkRules);
}

export const benchmarkRemovalSchema = z
  .strictObject({ benchmark_id: identifier })
  .meta({ description: 'Removes a benchmark; its securities and series stay.' });

export type RemoveBenchmark = z.output<typeof benchmarkRemovalSchema>;

export function parseBenchmarkRemoval(input: unknown) {
  return parseWith(benchmarkRemovalSchema, input);
}

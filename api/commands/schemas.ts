/** The bodies and replies of commands, as the document shows them. */
import { z } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { commandSchemas } from '../../commands/schemas/commands.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { PROBLEM_TYPE, PROBLEMS } from '../http/problem.ts';
import { fieldErrorSchema, problemSchema } from '../http/problem-schema.ts';

const NAMES: { readonly [N in CommandName]: string } = {
  portfolios: 'OpenPortfolio',
  'portfolio-closures': 'ClosePortfolio',
  securities: 'RegisterSecurity',
  splits: 'AnnounceSplit',
  'fx-rates': 'RecordFxRate',
  prices: 'RecordPrice',
  transactions: 'RecordTransaction',
  corrections: 'CorrectTransaction',
  cancellations: 'CancelTransaction',
  'business-dates': 'AdvanceBusinessDate',
  groups: 'DefineGroup',
  'group-removals': 'RemoveGroup',
  benchmarks: 'DefineBenchmark',
  'benchmark-removals': 'RemoveBenchmark',
  series: 'DefineSeries',
  'series-values': 'RecordSeriesValue',
};

/** One object, an array of them, or a stream of one a line. */
export function manyBody(name: CommandName): NonNullable<RouteConfig['request']>['body'] {
  const schema: ZodObject = commandSchemas[name];
  const item = z.strictObject(asRead(schema)).meta({ ...schema.meta(), id: NAMES[name] });
  return {
    required: true,
    content: {
      'application/json': { schema: z.union([item, z.array(item)]), ...exampleOf(schema) },
      'application/x-ndjson': { schema: item },
    },
  };
}

/** One object without the member that stands in the path. */
export function oneBody(name: CommandName, inPath: string): NonNullable<RouteConfig['request']>['body'] {
  const schema: ZodObject = commandSchemas[name];
  const shape = name === 'corrections' ? schema.shape : asRead(schema);
  const members = Object.entries(shape).filter(([member]) => member !== inPath);
  const body = z.strictObject(Object.fromEntries(members)).meta({
    description: schema.description ?? '',
    id: NAMES[name],
  });
  return { required: true, content: { 'application/json': { schema: body, ...exampleOf(schema, inPath) } } };
}

/** The members as they are read: `null` in an optional one says as little as its absence. */
function asRead(schema: ZodObject): ZodObject['shape'] {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, member]) => [
      name,
      z.safeParse(member, undefined).success ? z.nullable(member) : member,
    ]),
  );
}

function exampleOf(schema: ZodObject, without?: string): { example?: unknown } {
  const { examples } = schema.meta() ?? {};
  const first: unknown = Array.isArray(examples) ? examples[0] : undefined;
  if (typeof first !== 'object' || first === null) return {};
  const members = Object.entries(first).filter(([name]) => name !== without);
  return { example: Object.fromEntries(members) };
}

const itemResult = z
  .object({
    id: z.string().meta({ description: 'The identity of the item, or #n for the n-th one, from 0.' }),
    status: z.enum(['accepted', 'pending', 'duplicate', 'rejected']),
    position: z.int().optional().meta({ description: 'The log position of its event.' }),
    error: z.object({ code: z.string(), message: z.string(), errors: z.array(fieldErrorSchema) }).optional(),
  })
  .meta({ id: 'ItemResult' });

export const commandResult = z
  .object({
    results: z.array(itemResult).meta({ description: 'In the order sent.' }),
    position: z.int().nullable().meta({
      description: 'The log position of the last event appended; null for a principal of some portfolios.',
    }),
  })
  .meta({ id: 'CommandResult' });

const example = { results: [{ id: 'TXN_001', status: 'accepted', position: 42 }], position: 42 };
const mixed = {
  results: [
    { id: 'TXN_001', status: 'accepted', position: 42 },
    {
      id: 'TXN_002',
      status: 'rejected',
      error: {
        code: 'invalid',
        message: 'price must not be negative',
        errors: [{ field: 'price', rule: 'not_negative', message: 'must not be negative' }],
      },
    },
  ],
  position: 42,
};

const headers = {
  'X-Chronofolio-Position': {
    description: 'The log position of the last event appended.',
    schema: { type: 'integer' as const },
  },
};

const unprojected = z
  .object({ ...problemSchema.shape, ...commandResult.shape })
  .meta({ id: 'NotProjectedProblem', description: 'A problem reply, with what is recorded all the same.' });

export const commandReplies: RouteConfig['responses'] = {
  200: {
    description: 'Everything is recorded, or was before.',
    headers,
    content: { 'application/json': { schema: commandResult, example } },
  },
  504: {
    description: 'Everything is recorded, but readers did not have it in time.',
    content: {
      [PROBLEM_TYPE]: {
        schema: unprojected,
        example: {
          type: 'urn:chronofolio:problem:not-projected-in-time',
          title: PROBLEMS['not-projected-in-time'][1],
          status: 504,
          detail: 'recorded up to position 42; readers did not have it within 10000 ms',
          ...example,
          correlation_id: '0b0e4b9e-6f5e-4c51-9d0a-2f4f2b1c9d11',
        },
      },
    },
  },
};

export const manyReplies: RouteConfig['responses'] = {
  ...commandReplies,
  207: {
    description: 'Of several items some were rejected; the others are recorded.',
    headers,
    content: { 'application/json': { schema: commandResult, example: mixed } },
  },
};

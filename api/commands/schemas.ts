/** The bodies and replies of commands, as the document shows them. */
import { z } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { commandSchemas } from '../../commands/schemas/commands.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { fieldErrorSchema } from '../http/problem-schema.ts';

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
};

/** One object, an array of them, or a stream of one a line. */
export function manyBody(name: CommandName): NonNullable<RouteConfig['request']>['body'] {
  const schema = commandSchemas[name];
  const item = schema.meta({ ...schema.meta(), id: NAMES[name] });
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
  const members = Object.entries(schema.shape).filter(([member]) => member !== inPath);
  const body = z.strictObject(Object.fromEntries(members)).meta({
    description: schema.description ?? '',
    id: NAMES[name],
  });
  return { required: true, content: { 'application/json': { schema: body, ...exampleOf(schema, inPath) } } };
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
    position: z.int().meta({ description: 'The log position of the last event appended.' }),
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

export const commandReplies: RouteConfig['responses'] = {
  200: {
    description: 'Everything is recorded, or was before.',
    content: { 'application/json': { schema: commandResult, example } },
  },
};

export const manyReplies: RouteConfig['responses'] = {
  ...commandReplies,
  207: {
    description: 'Of several items some were rejected; the others are recorded.',
    content: { 'application/json': { schema: commandResult, example: mixed } },
  },
};

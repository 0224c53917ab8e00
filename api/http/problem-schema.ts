import { z } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import { PROBLEM_TYPE, PROBLEMS } from './problem.ts';
import type { ProblemKind } from './problem.ts';

export const fieldErrorSchema = z
  .object({
    field: z.string().meta({ description: 'Dotted path; empty when the whole is meant.' }),
    rule: z.string().meta({ description: 'A stable name.' }),
    message: z.string(),
  })
  .meta({ id: 'FieldError' });

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'urn:chronofolio:problem:…' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
    id: z.string().optional().meta({ description: 'Of a command: the identity of what it is about.' }),
    code: z.string().optional().meta({ description: 'Of a command: the kind of refusal.' }),
    correlation_id: z.string().meta({ description: 'The X-Request-Id of the request.' }),
  })
  .meta({ id: 'Problem', description: 'A problem reply (RFC 9457).' });

const EXAMPLE_ERRORS: { readonly [K in ProblemKind]?: readonly object[] } = {
  'invalid-parameter': [{ field: 'limit', rule: 'range', message: 'must lie between 1 and 10000' }],
  rejected: [{ field: 'price', rule: 'not_negative', message: 'must not be negative' }],
};

/** The documentation of a problem reply. */
export function problemReply(description: string, kind: ProblemKind): RouteConfig['responses'][string] {
  const [status, title] = PROBLEMS[kind];
  const errors = EXAMPLE_ERRORS[kind];
  return {
    description,
    content: {
      [PROBLEM_TYPE]: {
        schema: problemSchema,
        example: {
          type: `urn:chronofolio:problem:${kind}`,
          title,
          status,
          detail: title,
          ...(errors === undefined ? {} : { errors }),
          correlation_id: '0b0e4b9e-6f5e-4c51-9d0a-2f4f2b1c9d11',
        },
      },
    },
  };
}

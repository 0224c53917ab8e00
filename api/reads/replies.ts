/** The documentation of what reads reply. */
import { z } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';

const headers = {
  ETag: { description: 'Send it back as If-None-Match.', schema: { type: 'string' as const } },
  'X-Chronofolio-Position': {
    description: 'The log position that the reply reflects.',
    schema: { type: 'integer' as const },
  },
};

const unchanged = { 304: { description: 'What If-None-Match names still holds.', headers } };

/** One JSON object. */
export function objectReplies(description: string, schema: z.ZodType): RouteConfig['responses'] {
  return { 200: { description, headers, content: { 'application/json': { schema } } }, ...unchanged };
}

/** A table: JSON by the schema, or its rows as CSV or NDJSON. */
export function tableReplies(
  description: string,
  schema: z.ZodType,
  row: ZodObject,
): RouteConfig['responses'] {
  return {
    200: {
      description,
      headers: {
        ...headers,
        Link: { description: 'The next page, `rel="next"`.', schema: { type: 'string' as const } },
      },
      content: {
        'application/json': { schema },
        'text/csv': {
          schema: z.string().meta({ description: 'A header line and a line per row.' }),
          example: `${columnsOf(row).join(',')}\n`,
        },
        'application/x-ndjson': { schema: row },
      },
    },
    ...unchanged,
  };
}

/** The same with a picture of it. */
export function withPicture(replies: RouteConfig['responses']): RouteConfig['responses'] {
  const reply = replies[200];
  if (!reply || !('content' in reply)) return replies;
  const picture = { schema: z.string().meta({ description: 'A picture.' }) };
  return { ...replies, 200: { ...reply, content: { ...reply.content, 'image/svg+xml': picture } } };
}

/** The columns of CSV: the row's members in the order of its schema. */
export function columnsOf(row: ZodObject): readonly string[] {
  return Object.keys(row.shape);
}

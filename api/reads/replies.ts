/** The documentation of what reads reply. */
import { z } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { columnsOf, namesOf } from '../reply/columns.ts';
import { FORMATS } from '../reply/format.ts';

export { columnsOf } from '../reply/columns.ts';

const headers = {
  ETag: {
    description: 'Send it back as If-None-Match.',
    schema: { type: 'string' as const, pattern: '^(W/)?"[^"]+"$' },
    example: '"42.uK3v0pT1aBcD.json"',
  },
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

/** A table: JSON by the schema, or its rows in another format. */
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
        'X-Chronofolio-Complete-Through': {
          description: 'Every day up to this one is complete.',
          schema: { type: 'string' as const, format: 'date' },
          example: '2025-08-20',
        },
      },
      content: {
        'application/json': { schema },
        ...rowContents(row),
      },
    },
    ...unchanged,
  };
}

/** Rows in the formats other than JSON. */
export function rowContents(row: ZodObject) {
  return {
    [FORMATS.csv]: {
      schema: z.string().meta({ description: 'A header line and a line per row.' }),
      example: `${namesOf(columnsOf(row)).join(',')}\n`,
    },
    [FORMATS.ndjson]: { schema: row },
    [FORMATS.arrow]: { schema: binary('A stream of record batches.') },
    [FORMATS.parquet]: { schema: binary('A file.') },
  };
}

function binary(description: string) {
  return z.string().meta({ format: 'binary', description });
}

/** The same with a picture of it. */
export function withPicture(replies: RouteConfig['responses']): RouteConfig['responses'] {
  const reply = replies[200];
  if (!reply || !('content' in reply)) return replies;
  const picture = { schema: z.string().meta({ description: 'A picture.' }) };
  return { ...replies, 200: { ...reply, content: { ...reply.content, 'image/svg+xml': picture } } };
}

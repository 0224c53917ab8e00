/** The columns of a table and what each of them holds, read off the schema of its rows. */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';

/** `json` is whatever is no single value: it travels as JSON text. */
export type ColumnKind = 'boolean' | 'date' | 'decimal' | 'instant' | 'integer' | 'json' | 'text';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** A text is what its `format` in the document says it is. */
const TEXT_FORMATS: Readonly<Record<string, ColumnKind>> = {
  decimal: 'decimal',
  date: 'date',
  'date-time': 'instant',
};

/** The members of the row in the order of its schema. */
export function columnsOf(row: ZodObject): readonly Column[] {
  return Object.entries(row.shape).map(([name, schema]) => ({ name, kind: kindOf(schema) }));
}

export function namesOf(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name }) => name);
}

/** Columns of text, for tables that have no schema of their own. */
export function textColumns(names: readonly string[]): readonly Column[] {
  return names.map((name) => ({ name, kind: 'text' }));
}

function kindOf(schema: unknown): ColumnKind {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return kindOf(schema.unwrap());
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return 'text';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodNumber) return 'integer';
  if (!(schema instanceof z.ZodType)) return 'json';
  const format: unknown = schema.meta()?.['format'];
  const kind = typeof format === 'string' ? TEXT_FORMATS[format] : undefined;
  if (kind !== undefined) return kind;
  if (schema instanceof z.ZodISODate) return 'date';
  return schema instanceof z.ZodString ? 'text' : 'json';
}

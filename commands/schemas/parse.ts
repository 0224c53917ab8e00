/** Parses a command's body with its schema, reporting every problem of the object at once. */
import { safeParse } from 'zod';
import type { z } from 'zod';
import type { FieldError, Parsed } from '../parsed.ts';
import { fieldErrors } from './issues.ts';

/**
 * What a schema of single fields cannot say: rules between fields. They see the fields that are
 * present and valid by themselves, and the names of those that are not, so as not to complain twice.
 */
export type CrossFieldRules<T> = (fields: Partial<T>, invalid: ReadonlySet<string>) => FieldError[];

function isObject(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function isOptional(schema: z.ZodObject, key: string): boolean {
  const shape: Readonly<Record<string, z.core.$ZodType | undefined>> = schema.shape;
  const field = shape[key];
  return field !== undefined && safeParse(field, undefined).success;
}

/** Many producers write `null` for a field that is not there; for optional fields we read it so. */
function withoutNulls(schema: z.ZodObject, input: unknown): unknown {
  if (!isObject(input)) return input;
  let copy: Record<string, unknown> | undefined;
  for (const key in input) {
    if (input[key] !== null || !isOptional(schema, key)) continue;
    copy ??= { ...input };
    delete copy[key];
  }
  return copy ?? input;
}

/** The fields that are valid by themselves, and the names of the present ones that are not. */
function validFields<S extends z.ZodObject>(schema: S, input: unknown) {
  const fields: Record<string, unknown> = {};
  const invalid = new Set<string>();
  for (const [key, field] of Object.entries(schema.shape)) {
    const value = isObject(input) ? input[key] : undefined;
    if (value === undefined) continue;
    const parsed = (field as z.ZodType).safeParse(value);
    if (parsed.success) fields[key] = parsed.data;
    else invalid.add(key);
  }
  return { fields: fields as Partial<z.output<S>>, invalid };
}

export interface ParseOptions {
  /** Take `null` in an optional field for its absence (the default). */
  readonly nullIsAbsent?: boolean;
}

/** Parses one body. Never throws; the value's fields are canonical. */
export function parseWith<S extends z.ZodObject>(
  schema: S,
  raw: unknown,
  rules?: CrossFieldRules<z.output<S>>,
  options: ParseOptions = {},
): Parsed<z.output<S>> {
  const input = options.nullIsAbsent === false ? raw : withoutNulls(schema, raw);
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    const errors = rules?.(parsed.data, new Set()) ?? [];
    return errors.length === 0 ? { ok: true, value: parsed.data } : { ok: false, errors };
  }
  const errors = fieldErrors(parsed.error.issues, input);
  if (rules && isObject(input)) {
    const { fields, invalid } = validFields(schema, input);
    const known = new Set(errors.map((error) => error.field));
    errors.push(...rules(fields, invalid).filter((error) => !known.has(error.field)));
  }
  return { ok: false, errors };
}

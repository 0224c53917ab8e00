/** Turns the schema library's issues into field errors with rule names of our own. */
import type { z } from 'zod';
import type { FieldError } from '../parsed.ts';

type Issue = z.core.$ZodIssue;

function article(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  return names[expected] ?? expected;
}

function isAbsent(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return true;
    value = Reflect.get(value, key);
  }
  return value === undefined;
}

function ruleOf(issue: Issue): { rule: string; message: string } {
  switch (issue.code) {
    case 'invalid_type':
      return { rule: 'type', message: `must be ${article(issue.expected)}` };
    case 'invalid_union':
      return { rule: 'type', message: 'must be a number or a decimal string' };
    case 'invalid_value':
      return { rule: 'one_of', message: `must be one of ${issue.values.map(String).join(', ')}` };
    case 'too_small':
      return { rule: 'length', message: `must not be shorter than ${issue.minimum}` };
    case 'too_big':
      return { rule: 'length', message: `must not be longer than ${issue.maximum}` };
    case 'custom': {
      const rule: unknown = issue.params?.['rule'];
      return { rule: typeof rule === 'string' ? rule : 'invalid', message: issue.message };
    }
    default:
      return { rule: 'invalid', message: issue.message };
  }
}

/** The field errors of a failed parse. `input` tells a missing field from one of the wrong type. */
export function fieldErrors(issues: readonly Issue[], input: unknown): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const field = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: field === '' ? key : `${field}.${key}`,
        rule: 'unknown_field',
        message: `there is no field ${JSON.stringify(key)}`,
      }));
    }
    if (issue.path.length > 0 && isAbsent(input, issue.path)) {
      return [{ field, rule: 'required', message: 'is required' }];
    }
    return [{ field, ...ruleOf(issue) }];
  });
}

/** The outcome of reading something from outside: a typed value, or everything that is wrong with it. */

/** One thing wrong with one field. `rule` is a stable name that programs may rely on. */
export interface FieldError {
  /** Dotted path of the field (`lots.0.quantity`); empty when the whole object is meant. */
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

export type Rejected = { readonly ok: false; readonly errors: readonly FieldError[] };
export type Parsed<T> = { readonly ok: true; readonly value: T } | Rejected;

export function rejected(...errors: readonly FieldError[]): Rejected {
  return { ok: false, errors };
}

/** Comparing what a command says with what stands. */

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** The given fields whose value differs from the present one; `undefined` means not given. */
export function changedFields<T extends object>(present: T, given: Partial<T>): Partial<T> {
  const changes: Partial<T> = {};
  for (const key in given) {
    const value = given[key];
    if (value !== undefined && !same(value, present[key])) changes[key] = value;
  }
  return changes;
}

/** The object without the fields that are `undefined`, as the log stores it. */
export function defined<T extends object>(value: T): T {
  // Built anew: deleting from a copy would leave an object of the slow kind, and imports keep a million.
  const result: Partial<T> = {};
  for (const key in value) if (value[key] !== undefined) result[key] = value[key];
  return result as T;
}

/** Days of portfolios put together to runs without gaps. Pure. */
import type { Day } from '../../domain/dates.ts';

export interface Run<T> {
  readonly first: T;
  readonly fromDay: Day;
  readonly throughDay: Day;
}

/** @param items in the order of their days within each `groupOf` */
export function runsOf<T extends { readonly day: Day }>(
  items: readonly T[],
  groupOf: (item: T) => unknown,
): Run<T>[] {
  const runs: { first: T; fromDay: Day; throughDay: Day }[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last && groupOf(last.first) === groupOf(item) && item.day === last.throughDay + 1)
      last.throughDay = item.day;
    else runs.push({ first: item, fromDay: item.day, throughDay: item.day });
  }
  return runs;
}

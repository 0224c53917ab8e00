/** Numbered marks on a time axis, put together where they would lie on each other. Pure. */
import type { Day } from '../../domain/dates.ts';

export interface Mark {
  readonly day: Day;
  /** Such as `1` or `2–4`. */
  readonly text: string;
}

/** @param apart days that two marks must at least be apart; those that are not share the first one's place */
export function clustered(
  numbered: readonly { readonly day: Day; readonly number: number }[],
  apart: number,
): Mark[] {
  const groups: { day: Day; numbers: number[] }[] = [];
  for (const { day, number } of [...numbered].sort((a, b) => a.day - b.day || a.number - b.number)) {
    const last = groups.at(-1);
    if (last && day - last.day < apart) last.numbers.push(number);
    else groups.push({ day, numbers: [number] });
  }
  return groups.map(({ day, numbers }) => ({ day, text: ranges(numbers.sort((a, b) => a - b)) }));
}

/** `1, 3–5`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}

/** Collects what is wrong with an import, with the place of each row. */
import type { FieldError } from '../parsed.ts';
import type { ImportProblem } from './types.ts';
import { MAX_PROBLEMS } from './types.ts';

/** The place of a row, in one number: a million of them are kept. */
export type RowRef = number;

const LINES = 2 ** 32;

export interface Problems {
  readonly list: readonly ImportProblem[];
  readonly count: number;
  add(ref: RowRef, errors: readonly FieldError[]): void;
}

export function refOf(file: number, line: number): RowRef {
  return file * LINES + line;
}

export function createProblems(fileNames: readonly string[]) {
  const list: ImportProblem[] = [];
  let count = 0;
  const placeOf = (ref: RowRef) => ({
    file: fileNames[Math.floor(ref / LINES)] ?? '',
    line: ref % LINES,
  });
  return {
    list,
    get count() {
      return count;
    },
    add(ref: RowRef, errors: readonly FieldError[]): void {
      for (const { field, rule, message } of errors) {
        count += 1;
        if (list.length < MAX_PROBLEMS) list.push({ ...placeOf(ref), column: field, rule, message });
      }
    },
    /** `prices.csv:12`, for speaking of another row. */
    nameOf(ref: RowRef): string {
      const { file, line } = placeOf(ref);
      return `${file}:${line}`;
    },
  };
}

export type ProblemList = ReturnType<typeof createProblems>;

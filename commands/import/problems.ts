/** Collects what is wrong with an import, with the place of each row. */
import type { FieldError } from '../parsed.ts';
import type { ImportProblem } from './types.ts';
import { MAX_PROBLEMS } from './types.ts';

/** The place of a row, in one number: a million of them are kept. */
export type RowRef = number;

const LINES = 2 ** 32;

export function refOf(file: number, line: number): RowRef {
  return file * LINES + line;
}

export function createProblems(fileNames: readonly string[]) {
  const list: { readonly ref: RowRef; readonly problem: ImportProblem }[] = [];
  let count = 0;
  const placeOf = (ref: RowRef) => ({
    file: fileNames[Math.floor(ref / LINES)] ?? '',
    line: ref % LINES,
  });
  return {
    /** In the order of the files and their lines, whatever order they were found in. */
    sorted: (): ImportProblem[] => [...list].sort((a, b) => a.ref - b.ref).map(({ problem }) => problem),
    get count() {
      return count;
    },
    add(ref: RowRef, errors: readonly FieldError[]): void {
      for (const { field, rule, message } of errors) {
        count += 1;
        if (list.length < MAX_PROBLEMS)
          list.push({ ref, problem: { ...placeOf(ref), column: field, rule, message } });
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

/** What every bench returns, and how it looks in a terminal and in `docs/benchmarks.md`. */

export interface BenchRow {
  readonly what: string;
  /** Our figure with its unit, such as `9,700 appends/s`. */
  readonly measured: string;
  /** What it is compared with, taken in the same run. */
  readonly yardstick: string;
  /** `measured` over `yardstick`. */
  readonly ratio: number;
  /** Such as `≥ 0.9`; empty when there is none. */
  readonly target: string;
}

export interface BenchTable {
  readonly title: string;
  readonly rows: readonly BenchRow[];
}

/** The table in Markdown, aligned so that it reads well in a terminal too. */
export function renderTable({ title, rows }: BenchTable): string {
  const header = ['what', 'measured', 'yardstick', 'ratio', 'target'];
  const cells = rows.map((row) => [row.what, row.measured, row.yardstick, row.ratio.toFixed(2), row.target]);
  const widths = header.map((name, column) =>
    Math.max(...[header, ...cells].map((line) => line[column]!.length), name.length),
  );
  const line = (fields: readonly string[]) =>
    `| ${fields.map((field, column) => field.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [`### ${title}`, '', line(header), rule, ...cells.map(line), ''].join('\n');
}

/** `9700.4` per second as `9,700 appends/s`. */
export function perSecond(rate: number, unit: string): string {
  return `${Math.round(rate).toLocaleString('en')} ${unit}/s`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

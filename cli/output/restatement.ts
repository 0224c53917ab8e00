/** A restatement for people: its days before and after, and what it did to the returns. */
import type { ChangedDayView, RestatementReport } from '../../projections/queries/restatements.ts';
import { basisPoints, counted, figure, percent } from './format.ts';
import { table } from './table.ts';

/** The days with the ends of a long list: the first ones, a gap, the last ones. */
function shortened<T>(
  items: readonly T[],
  most: number,
): { readonly head: readonly T[]; readonly tail: readonly T[] } {
  if (items.length <= most) return { head: items, tail: [] };
  const first = Math.ceil(most / 2);
  return { head: items.slice(0, first), tail: items.slice(items.length - (most - first)) };
}

/** What may have changed besides the value; shown where it did. */
const PARTS = [
  { title: 'inflow', name: 'bod_cashflow' },
  { title: 'outflow', name: 'eod_cashflow' },
  { title: 'income', name: 'income' },
  { title: 'fees', name: 'fees' },
  { title: 'taxes', name: 'taxes' },
  { title: 'cost', name: 'cost' },
] as const;

function dayCells(day: ChangedDayView, parts: readonly (typeof PARTS)[number][]): string[] {
  return [
    day.date,
    figure(day.before?.eod_market_value),
    figure(day.after?.eod_market_value),
    figure(day.delta?.eod_market_value),
    ...parts.map(({ name }) => figure(day.delta?.[name])),
  ];
}

/** The days that changed, at most so many of them. */
export function changedDaysTable(days: readonly ChangedDayView[], most: number): string {
  const { head, tail } = shortened(days, most);
  const gap = days.length - head.length - tail.length;
  const parts = PARTS.filter(({ name }) => days.some(({ delta }) => delta && !/^-?[0.]*$/.test(delta[name])));
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const rows = [
    ...head.map((day) => dayCells(day, parts)),
    ...(gap > 0 ? [[`… ${counted(gap, 'day')}`]] : []),
    ...tail.map((day) => dayCells(day, parts)),
  ];
  return table(
    [
      { title: 'day' },
      ...['value before', 'value after', 'change'].map(right),
      ...parts.map(({ title }) => right(`change of ${title}`)),
    ],
    rows,
  );
}

/** The return of each period before and after. */
export function impactTable(report: Pick<RestatementReport, 'impact'>): string {
  return table(
    [
      { title: 'period' },
      { title: 'TWR before', align: 'right' },
      { title: 'TWR after', align: 'right' },
      { title: 'basis points', align: 'right' },
      { title: '' },
    ],
    report.impact.map((row) => [
      row.period,
      percent(row.twr_before, 4),
      percent(row.twr_after, 4),
      basisPoints(row.basis_points),
      row.material ? 'material' : '',
    ]),
  );
}

/** The whole report. */
export function restatementText(report: RestatementReport, mostDays: number): string {
  const { by, from, to } = report.compared;
  const sides = by === 'epoch' ? `epoch ${from} and epoch ${to}` : `positions ${from} and ${to} of the log`;
  const title = `${report.portfolio_id}, in ${report.currency}, between ${sides}`;
  if (report.days.length === 0) return `${title}: no difference.`;
  const first = report.days[0]?.date ?? '';
  const last = report.days.at(-1)?.date ?? '';
  return [
    `${title}: ${counted(report.days.length, 'day')} changed, ${first} to ${last}`,
    '',
    ...(mostDays > 0 ? [changedDaysTable(report.days, mostDays), ''] : []),
    impactTable(report),
    '',
    `Material from ${report.materiality_basis_points} basis points on.`,
  ].join('\n');
}

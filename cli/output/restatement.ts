/** A restatement for people: its days before and after, and what it did to the returns. */
import type {
  CauseView,
  ChangedDayView,
  RestatementReport,
} from '../../projections/queries/restatement-view.ts';
import { basisPoints, count, counted, figure, percent, quantity } from './format.ts';
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
  { title: 'realised gain', name: 'realized_gain' },
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

/** The events behind it. */
export function causesTable({ causes, more_causes: more }: Causes): string {
  const right = { align: 'right' } as const;
  return [
    table(
      [
        { title: 'event', ...right },
        { title: 'recorded' },
        { title: 'cause' },
        { title: 'security' },
        { title: 'transaction' },
        { title: 'from' },
      ],
      causes.map((cause: CauseView) => [
        count(cause.position),
        cause.recorded_at.slice(0, 19).replace('T', ' '),
        cause.cause,
        cause.security_id ?? '',
        cause.transaction_id ?? '',
        cause.from_date,
      ]),
    ),
    ...(more > 0 ? [`… and ${counted(more, 'event')} more`] : []),
  ].join('\n');
}

type Causes = Pick<RestatementReport, 'causes' | 'more_causes'>;

/** The positions that differ, day by day; of a long list its ends. */
function positionsTable(days: readonly ChangedDayView[], most: number): string {
  const { head, tail } = shortened(days, most);
  const gap = days.length - head.length - tail.length;
  const cells = ({ date, positions = [] }: ChangedDayView): string[][] =>
    positions.map((row, i) => [
      i === 0 ? date : '',
      row.security_id,
      quantity(row.quantity_before),
      quantity(row.quantity_after),
      figure(row.cost_basis_before),
      figure(row.cost_basis_after),
      figure(row.market_value_before),
      figure(row.market_value_after),
      figure(row.realized_gain_before),
      figure(row.realized_gain_after),
    ]);
  const both = (what: string) => [
    { title: `${what} before`, align: 'right' as const },
    { title: 'after', align: 'right' as const },
  ];
  return table(
    [
      { title: 'day' },
      { title: 'security' },
      ...both('quantity'),
      ...both('cost'),
      ...both('value'),
      ...both('realised'),
    ],
    [...head.flatMap(cells), ...(gap > 0 ? [[`… ${counted(gap, 'day')}`]] : []), ...tail.flatMap(cells)],
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
    ...(report.causes.length > 0 ? [causesTable(report), ''] : []),
    ...(mostDays > 0 ? [changedDaysTable(report.days, mostDays), ''] : []),
    ...(mostDays > 0 && report.days.some(({ positions }) => positions)
      ? [positionsTable(report.days, mostDays), '']
      : []),
    impactTable(report),
    '',
    `Material from ${report.materiality_basis_points} basis points on.`,
  ].join('\n');
}

/** What differs between two generations, for people and for spreadsheets. */
import type { DiffReport, DiffSide, KeyChange, PortfolioChange } from '../../projections/diff/report.ts';
import type { RowChange, RowFigures } from '../../projections/diff/rows.ts';
import { basisPoints, count, counted, figure, quantity } from './format.ts';
import type { Lines } from './formats.ts';
import { impactTable } from './restatement.ts';
import { table } from './table.ts';

function sideText({ slot, position }: DiffSide): string {
  return `${slot ?? 'a replay'} (position ${count(position)})`;
}

/** The period of the largest impact. */
function worstOf({ impact }: PortfolioChange): string {
  const [worst] = impact
    .filter((row) => row.basis_points !== null)
    .sort((a, b) => Math.abs(Number(b.basis_points)) - Math.abs(Number(a.basis_points)));
  return worst === undefined || Number(worst.basis_points) === 0
    ? ''
    : `${basisPoints(worst.basis_points)} (${worst.period})`;
}

function impactCell(change: PortfolioChange): string {
  return change.max_impact_basis_points === null ? 'a return appears or vanishes' : worstOf(change);
}

function headText(report: DiffReport): string {
  const { before, after, compared, portfolios, days } = report;
  const sides = `${sideText(before)} and then ${sideText(after)}`;
  const looked = `${counted(compared.keys, 'key')} of ${counted(compared.portfolios, 'portfolio')} compared`;
  if (portfolios === 0) return `${sides}: no published figure differs; ${looked}.`;
  const largest =
    report.max_impact_basis_points === null
      ? 'A return appears or vanishes.'
      : `The largest impact on a return is ${figure(report.max_impact_basis_points)} basis points.`;
  return [
    `${sides}: published figures of ${counted(portfolios, 'portfolio')} differ on ${counted(days.count, 'day')}, ${days.first ?? ''} to ${days.last ?? ''}; ${looked}.`,
    `${largest} ${count(report.material_portfolios)} at or above ${report.materiality_basis_points}.`,
  ].join('\n');
}

function unsettledText({ unsettled }: DiffReport): string[] {
  return unsettled.length === 0
    ? []
    : ['', `Work is waiting on ${unsettled.join(', ')}: what differs there may be that work.`];
}

/** All portfolios, the worst first. */
export function diffText(report: DiffReport): string {
  if (report.portfolios === 0) return [headText(report), ...unsettledText(report)].join('\n');
  const rest = report.portfolios - report.changed.length;
  return [
    headText(report),
    '',
    table(
      [
        { title: 'portfolio' },
        { title: 'days', align: 'right' },
        { title: 'from' },
        { title: 'through' },
        { title: 'keys changed', align: 'right' },
        { title: 'added', align: 'right' },
        { title: 'removed', align: 'right' },
        { title: 'largest impact, bp', align: 'right' },
        { title: '' },
      ],
      report.changed.map((change) => [
        change.portfolio_id,
        count(change.days.count),
        change.days.first ?? '',
        change.days.last ?? '',
        count(change.keys.changed),
        count(change.keys.added),
        count(change.keys.removed),
        impactCell(change),
        change.material ? 'material' : '',
      ]),
    ),
    ...(rest > 0 ? [`… and ${counted(rest, 'portfolio')} more`] : []),
    ...unsettledText(report),
  ].join('\n');
}

const FIGURES = [
  { title: 'quantity', name: 'quantity', show: quantity },
  { title: 'cost', name: 'cost_basis', show: figure },
  { title: 'value', name: 'market_value', show: figure },
  { title: 'inflow', name: 'bod_cashflow_position', show: figure },
  { title: 'outflow', name: 'eod_cashflow_position', show: figure },
  { title: 'realised', name: 'realized_gain', show: figure },
] as const satisfies readonly { title: string; name: keyof RowFigures; show: typeof quantity }[];

/** A row as two lines, before and after. */
function rowLines({ date, before, after, columns }: RowChange): string[][] {
  const cells = (side: RowFigures | null) =>
    side === null ? ['(no row)'] : FIGURES.map(({ name, show }) => show(side[name]));
  const shown = new Set<string>(FIGURES.map(({ name }) => name));
  const others = columns.filter((column) => !shown.has(column));
  return [
    [date, 'before', ...cells(before)],
    ['', 'after', ...cells(after)],
    ...(others.length > 0 && columns.length === others.length ? [['', `differs: ${others.join(', ')}`]] : []),
  ];
}

function keyText({ security_id: id, change, days, rows }: KeyChange): string {
  const head = `${id}: ${change}, ${counted(days.count, 'day')}, ${days.first ?? ''} to ${days.last ?? ''}`;
  if (rows.length === 0) return head;
  const columns = [
    { title: 'day' },
    { title: '' },
    ...FIGURES.map(({ title }) => ({ title, align: 'right' as const })),
  ];
  return `${head}\n${table(columns, rows.flatMap(rowLines))}`;
}

/** One portfolio with its returns and the first rows of each key. */
export function portfolioDiffText(report: DiffReport): string {
  const [change] = report.changed;
  if (!change) return diffText(report);
  return [
    headText(report),
    ...(change.impact.length > 0 ? ['', impactTable(change)] : []),
    ...(change.key_changes ?? []).flatMap((key) => ['', keyText(key)]),
    ...unsettledText(report),
  ].join('\n');
}

const COLUMNS = [
  'portfolio_id',
  'through',
  'first',
  'last',
  'days',
  'keys_changed',
  'keys_added',
  'keys_removed',
  'max_impact_basis_points',
  'material',
];

/** A line for each portfolio that changed; the basis points of each period follow. */
export function diffLines({ changed }: DiffReport): Lines {
  const periods = [...new Set(changed.flatMap(({ impact }) => impact.map(({ period }) => period)))];
  return {
    columns: [...COLUMNS, ...periods.map((period) => `${period}_basis_points`)],
    rows: changed.map((change) => ({
      ...spanCells(change),
      portfolio_id: change.portfolio_id,
      through: change.through,
      keys_changed: change.keys.changed,
      keys_added: change.keys.added,
      keys_removed: change.keys.removed,
      max_impact_basis_points: change.max_impact_basis_points,
      material: change.material,
      ...Object.fromEntries(change.impact.map((row) => [`${row.period}_basis_points`, row.basis_points])),
    })),
  };
}

/** A line for each key of the portfolio that changed. */
export function portfolioDiffLines({ changed }: DiffReport): Lines {
  return {
    columns: ['portfolio_id', 'security_id', 'change', 'first', 'last', 'days'],
    rows: changed.flatMap(({ portfolio_id, key_changes: keys = [] }) =>
      keys.map((key) => ({
        portfolio_id,
        security_id: key.security_id,
        change: key.change,
        ...spanCells(key),
      })),
    ),
  };
}

function spanCells({ days }: Pick<PortfolioChange, 'days'>) {
  return { first: days.first, last: days.last, days: days.count };
}

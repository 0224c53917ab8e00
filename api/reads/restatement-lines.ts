/** A restatement as lines of a table: one for each day, or for each position of a day. */
import type { ChangedDayView, RestatementReport } from '../../projections/queries/restatement-view.ts';
import { columnsOf, textColumns } from '../reply/columns.ts';
import type { Column } from '../reply/columns.ts';
import { changedAmounts, changedPosition } from './rows.ts';

const SIDES = ['before', 'after', 'delta'] as const;

export interface Lines {
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

const DATE: Column = { name: 'date', kind: 'date' };

const DAY_COLUMNS = [
  DATE,
  ...columnsOf(changedAmounts).flatMap(({ name, kind }) =>
    SIDES.map((side) => ({ name: `${name}_${side}`, kind })),
  ),
  ...textColumns(['causes']),
];

const POSITION_COLUMNS = [DATE, ...columnsOf(changedPosition), ...textColumns(['causes'])];

/** @param positions a line for each position that differs, where the report has them */
export function restatementLines({ days }: Pick<RestatementReport, 'days'>, positions: boolean): Lines {
  return positions
    ? { columns: POSITION_COLUMNS, rows: days.flatMap(positionLines) }
    : { columns: DAY_COLUMNS, rows: days.map(dayLine) };
}

/** `cost_before`, `cost_after`, `cost_delta`. */
function dayLine(day: ChangedDayView): Record<string, string | null> {
  const line: Record<string, string | null> = { date: day.date };
  for (const side of SIDES)
    for (const [name, value] of Object.entries(day[side] ?? {})) line[`${name}_${side}`] = value;
  return { ...line, causes: day.causes.join(' ') };
}

function positionLines({ date, causes, positions = [] }: ChangedDayView): Record<string, string | null>[] {
  return positions.map((position) => ({ date, ...position, causes: causes.join(' ') }));
}

/** Which positions' days differ between two moments of knowledge, and how. */
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { moneyOrNull, plainOrNull } from './numbers.ts';
import type { Reach } from './restatement-causes.ts';
import type { KnownReach } from './restatement-events.ts';
import type { ChangedPositionView } from './restatement-view.ts';
import type { PositionFigureRow } from './rows.ts';

/** What a position's day is compared by. */
const FIGURES = [
  'quantity',
  'cost_basis',
  'market_value',
  'realized_gain',
  'bod_market_value',
  'bod_cashflow',
  'eod_cashflow',
  'bod_cashflow_position',
  'eod_cashflow_position',
  'income',
  'fees',
  'taxes',
  'fx_rate',
] as const satisfies readonly (keyof PositionFigureRow)[];

/** Positions whose rows are in memory at a time: both versions of each over the whole span. */
const AT_ONCE = 10;

export type LoadFigures = (
  side: 'before' | 'after',
  securityIds: readonly string[],
  range: { readonly from: string; readonly to: string },
) => Promise<readonly PositionFigureRow[]>;

export interface ChangedPositions {
  /** By security, the days on which it differs. */
  readonly days: ReadonlyMap<string, ReadonlySet<Day>>;
  /** By day, in the order of the securities; empty unless it was asked for. */
  readonly views: ReadonlyMap<Day, readonly ChangedPositionView[]>;
}

/** @param detail keep both sides of each, and not only where they differ */
export async function changedPositions(
  load: LoadFigures,
  securityIds: Iterable<string>,
  span: { readonly from: Day; readonly to: Day },
  detail: boolean,
): Promise<ChangedPositions> {
  const days = new Map<string, Set<Day>>();
  const views = new Map<Day, ChangedPositionView[]>();
  const range = { from: isoDate(span.from), to: isoDate(span.to) };
  const ids = [...securityIds].sort();
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = ids.slice(i, i + AT_ONCE);
    const before = byPlace(await load('before', some, range));
    const after = byPlace(await load('after', some, range));
    for (const place of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(place), after.get(place)];
      if (FIGURES.every((name) => (was?.[name] ?? null) === (is?.[name] ?? null))) continue;
      const { security_id: id, date } = (was ?? is)!;
      const day = dayOf(date);
      const own = days.get(id) ?? new Set<Day>();
      days.set(id, own.add(day));
      if (!detail) continue;
      const list = views.get(day) ?? [];
      list.push(view(id, was, is));
      views.set(day, list);
    }
  }
  return { days, views };
}

/** Only the stretches of an event on which a position that it touches differs. */
export function confirmed(reaches: readonly KnownReach[], { days }: ChangedPositions): Reach[] {
  return reaches.flatMap(({ touches, ...reach }) => {
    const own = [...new Set(touches.flatMap((id) => [...(days.get(id) ?? [])]))].filter(
      (day) => day >= reach.from && day <= reach.through,
    );
    return runsOf(own.sort((a, b) => a - b)).map(([from, through]) => ({ ...reach, from, through }));
  });
}

/** Ascending days as stretches without gaps. */
function runsOf(days: readonly Day[]): [from: Day, through: Day][] {
  const runs: [Day, Day][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last && day === last[1] + 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

function byPlace(rows: readonly PositionFigureRow[]): Map<string, PositionFigureRow> {
  return new Map(rows.map((row) => [`${row.security_id}\t${row.date}`, row]));
}

function view(
  securityId: string,
  before: PositionFigureRow | undefined,
  after: PositionFigureRow | undefined,
): ChangedPositionView {
  return {
    security_id: securityId,
    quantity_before: plainOrNull(before?.quantity ?? null),
    quantity_after: plainOrNull(after?.quantity ?? null),
    cost_basis_before: moneyOrNull(before?.cost_basis ?? null),
    cost_basis_after: moneyOrNull(after?.cost_basis ?? null),
    market_value_before: moneyOrNull(before?.market_value ?? null),
    market_value_after: moneyOrNull(after?.market_value ?? null),
    realized_gain_before: moneyOrNull(before?.realized_gain ?? null),
    realized_gain_after: moneyOrNull(after?.realized_gain ?? null),
  };
}

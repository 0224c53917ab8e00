/** The rows of a key in two versions of the books, compared text by text; figures are parsed only to be shown. */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { NULL } from '../fold/text.ts';

/** The value columns of `position_timeseries`, in the order of their text. */
const SERIES = [
  'bod_market_value',
  'bod_cashflow_position',
  'eod_cashflow_position',
  'bod_cashflow_portfolio',
  'eod_cashflow_portfolio',
  'eod_market_value',
  'income',
  'fees',
  'taxes',
  'quantity',
  'cost',
  'bod_fx_rate',
  'fx_rate',
  'valuation_status',
  'bod_market_value_base',
  'bod_cashflow_base',
  'eod_cashflow_base',
  'eod_market_value_base',
  'income_base',
  'fees_base',
  'taxes_base',
  'cost_base',
  'active',
  'estimated',
] as const;

/** The value columns of `daily_position_snapshots`, in the order of their text. */
const SNAPSHOT = [
  'quantity',
  'cost_basis',
  'cost_basis_local',
  'market_price',
  'price_date',
  'market_value',
  'market_value_local',
  'realized_gain',
  'realized_gain_local',
  'realized_price_gain',
  'realized_fx_gain',
  'valuation_status',
] as const;

/** Both rows of a key's day as their canonical texts. */
export interface DayTexts {
  readonly series: string;
  readonly snapshot: string;
}

/** The current rows of a key in one version of the books. */
export interface KeyRows {
  readonly days: ReadonlyMap<Day, DayTexts>;
  /** By transaction. */
  readonly history: ReadonlyMap<string, { readonly day: Day; readonly text: string }>;
}

export const NO_ROWS: KeyRows = { days: new Map(), history: new Map() };

/** `_local` and flows in the position's currency, the rest in base currency; `realized_gain` is the sum so far. */
export interface RowFigures {
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly cost_basis_local: string;
  readonly market_value: string | null;
  readonly market_value_local: string | null;
  readonly bod_cashflow_position: string | null;
  readonly eod_cashflow_position: string | null;
  readonly realized_gain: string | null;
  readonly realized_gain_local: string;
}

/** A side is `null` where the day has no row. */
export interface RowChange {
  readonly date: string;
  readonly before: RowFigures | null;
  readonly after: RowFigures | null;
  /** Every column that differs, those of the figures above among them. */
  readonly columns: readonly string[];
}

function isChanged(before: DayTexts | undefined, after: DayTexts | undefined): boolean {
  return before?.series !== after?.series || before?.snapshot !== after?.snapshot;
}

/** The days whose rows differ or that only one side has, and those of transactions that do, up to `through`. */
export function changedDaysOf(
  before: KeyRows,
  after: KeyRows,
  from: Day,
  through: Day,
): { readonly days: Day[]; readonly transactions: Set<Day> } {
  const days: Day[] = [];
  const note = (day: Day) => {
    if (day >= from && day <= through) days.push(day);
  };
  for (const [day, texts] of before.days) if (isChanged(texts, after.days.get(day))) note(day);
  for (const day of after.days.keys()) if (!before.days.has(day)) note(day);
  const transactions = new Set<Day>();
  const noteTransaction = (day: Day) => {
    if (day >= from && day <= through) transactions.add(day);
  };
  for (const [id, row] of before.history) {
    const other = after.history.get(id);
    if (other?.text === row.text) continue;
    noteTransaction(row.day);
    if (other) noteTransaction(other.day);
  }
  for (const [id, row] of after.history) if (!before.history.has(id)) noteTransaction(row.day);
  return { days: days.sort((a, b) => a - b), transactions };
}

export function rowChange(day: Day, before: DayTexts | undefined, after: DayTexts | undefined): RowChange {
  return {
    date: isoDate(day),
    before: before ? figuresOf(before) : null,
    after: after ? figuresOf(after) : null,
    columns: before && after ? differingColumns(before, after) : [],
  };
}

function columnsOf<N extends string>(names: readonly N[], text: string): Map<N, string | null> {
  const values = text.split('\t');
  return new Map(names.map((name, i) => [name, values[i] === NULL ? null : (values[i] ?? null)]));
}

function figuresOf({ series, snapshot }: DayTexts): RowFigures {
  const [flows, state] = [columnsOf(SERIES, series), columnsOf(SNAPSHOT, snapshot)];
  const of = (name: (typeof SNAPSHOT)[number]) => state.get(name) ?? null;
  return {
    quantity: of('quantity') ?? '0',
    cost_basis: of('cost_basis'),
    cost_basis_local: of('cost_basis_local') ?? '0',
    market_value: of('market_value'),
    market_value_local: of('market_value_local'),
    bod_cashflow_position: flows.get('bod_cashflow_position') ?? null,
    eod_cashflow_position: flows.get('eod_cashflow_position') ?? null,
    realized_gain: of('realized_gain'),
    realized_gain_local: of('realized_gain_local') ?? '0',
  };
}

function differingColumns(before: DayTexts, after: DayTexts): string[] {
  const differing = <N extends string>(names: readonly N[], a: string, b: string): N[] => {
    const [left, right] = [columnsOf(names, a), columnsOf(names, b)];
    return names.filter((name) => left.get(name) !== right.get(name));
  };
  return [
    ...new Set<string>([
      ...differing(SERIES, before.series, after.series),
      ...differing(SNAPSHOT, before.snapshot, after.snapshot),
    ]),
  ];
}

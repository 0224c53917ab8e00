/** What differs between two versions of the books, added up portfolio by portfolio. */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { abs, compare, format } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Impact } from '../../domain/returns/restatement.ts';
import { impactView } from '../queries/restatement-view.ts';
import type { ImpactView } from '../queries/restatement-view.ts';
import type { RebuildReport } from '../rebuild/runs.ts';
import type { RowChange } from './rows.ts';

export interface KeyCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** ISO dates; `null` when no day changed. */
export interface DaySpan {
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
}

export interface KeyChange {
  readonly security_id: string;
  readonly change: keyof KeyCounts;
  /** Days whose rows differ, or on which a transaction has another effect. */
  readonly days: DaySpan;
  /** The first ones. */
  readonly rows: readonly RowChange[];
}

export interface PortfolioChange {
  readonly portfolio_id: string;
  /** The last day compared: the last one that both versions have published. */
  readonly through: string;
  readonly keys: KeyCounts;
  /** Days on which any figure of the portfolio or of its positions differs. */
  readonly days: DaySpan;
  /** The largest difference of a return, without its sign; `null` when a return appeared or vanished. */
  readonly max_impact_basis_points: string | null;
  readonly material: boolean;
  readonly impact: readonly ImpactView[];
  /** By security; only where details were asked for. */
  readonly key_changes?: readonly KeyChange[];
}

export interface DiffSide {
  readonly books: 'generation' | 'replay';
  /** The name of the generation; `null` for a replay. */
  readonly slot: string | null;
  readonly position: number;
}

export interface DiffReport {
  readonly before: DiffSide;
  readonly after: DiffSide;
  readonly materiality_basis_points: string;
  /** How many portfolios and keys were compared, and how many of them differ in published figures. */
  readonly compared: { readonly portfolios: number; readonly keys: number };
  readonly portfolios: number;
  readonly material_portfolios: number;
  readonly keys: KeyCounts;
  /** Days of all portfolios: one day of two portfolios is two. */
  readonly days: DaySpan;
  /** `null` when a return appeared or vanished somewhere, which no number of basis points describes. */
  readonly max_impact_basis_points: string | null;
  /** Those that changed, the largest impact first; at most as many as were asked for. */
  readonly changed: readonly PortfolioChange[];
  /** Portfolios that work is waiting for: they were left out, or what differs may be that work. */
  readonly unsettled: readonly string[];
}

/** Counted up as portfolios are compared. */
export interface DiffTotals {
  note(change: PortfolioChange, impact: readonly Impact[]): void;
  report(
    rest: Pick<DiffReport, 'before' | 'after' | 'compared' | 'unsettled'>,
    materiality: Decimal,
  ): DiffReport;
}

export function createTotals(mostPortfolios: number): DiffTotals {
  const worst: { readonly change: PortfolioChange; readonly size: Decimal | null }[] = [];
  const keys = { added: 0, removed: 0, changed: 0 };
  let [portfolios, material, dayCount] = [0, 0, 0];
  let first: string | null = null;
  let last: string | null = null;
  let largest: Decimal | null | undefined;

  return {
    note(change, impact) {
      portfolios += 1;
      if (change.material) material += 1;
      for (const kind of ['added', 'removed', 'changed'] as const) keys[kind] += change.keys[kind];
      dayCount += change.days.count;
      if (change.days.first !== null && (first === null || change.days.first < first))
        first = change.days.first;
      if (change.days.last !== null && (last === null || change.days.last > last)) last = change.days.last;
      const size = largestImpact(impact);
      largest = largest === undefined ? size : larger(largest, size);
      worst.push({ change, size });
      // Twice as many as are kept before they are sorted out, so that memory does not grow with the set.
      if (worst.length >= 2 * mostPortfolios + 1) keepWorst(worst, mostPortfolios);
    },
    report(rest, materiality) {
      keepWorst(worst, mostPortfolios);
      return {
        before: rest.before,
        after: rest.after,
        materiality_basis_points: format(materiality),
        compared: rest.compared,
        portfolios,
        material_portfolios: material,
        keys,
        days: { count: dayCount, first, last },
        max_impact_basis_points: largest === undefined ? '0' : largest && format(largest),
        changed: worst.map(({ change }) => change),
        unsettled: rest.unsettled,
      };
    },
  };
}

function keepWorst(worst: { change: PortfolioChange; size: Decimal | null }[], most: number): void {
  worst.sort((a, b) => bySize(b.size, a.size) || (a.change.portfolio_id < b.change.portfolio_id ? -1 : 1));
  worst.splice(most);
}

/** A return that appeared or vanished is worse than any number. */
function bySize(a: Decimal | null, b: Decimal | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
}

function larger(a: Decimal | null, b: Decimal | null): Decimal | null {
  return bySize(a, b) >= 0 ? a : b;
}

/** Without its sign; `null` when a return appeared or vanished, zero where no period has a return. */
export function largestImpact(impact: readonly Impact[]): Decimal | null {
  let largest: Decimal = { coefficient: 0n, scale: 0 };
  for (const { basisPoints, twrBefore, twrAfter } of impact) {
    if (basisPoints === null) {
      if (twrBefore !== twrAfter) return null;
    } else if (compare(abs(basisPoints), largest) > 0) largest = abs(basisPoints);
  }
  return largest;
}

export function spanOf(days: ReadonlySet<Day>): DaySpan {
  let [first, last] = [Infinity, -Infinity];
  for (const day of days) {
    if (day < first) first = day;
    if (day > last) last = day;
  }
  return days.size === 0
    ? { count: 0, first: null, last: null }
    : { count: days.size, first: isoDate(first), last: isoDate(last) };
}

export function impactViews(impact: readonly Impact[]): ImpactView[] {
  return impact.map(impactView);
}

/** The worst ones that the record of a rebuild keeps. */
const WORST_KEPT = 5;

/** What the record of a rebuild says of the published figures that a flip would change. */
export function changedSummary(report: DiffReport): NonNullable<RebuildReport['changed']> {
  const worst = report.changed.flatMap(({ portfolio_id, impact }) => {
    const [first] = impact
      .filter((row) => row.basis_points !== null && !/^-?[0.]*$/.test(row.basis_points))
      .sort((a, b) => Math.abs(Number(b.basis_points)) - Math.abs(Number(a.basis_points)));
    const points = first?.basis_points ?? null;
    return first === undefined || points === null
      ? []
      : [{ portfolio_id, period: first.period, basis_points: points }];
  });
  return {
    portfolios: report.portfolios,
    days: report.days.count,
    maxImpactBps: report.max_impact_basis_points,
    worst: worst.slice(0, WORST_KEPT),
  };
}

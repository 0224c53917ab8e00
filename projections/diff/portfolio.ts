/** One portfolio in two versions of the books: its keys one by one, then its own days and returns. Pure. */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { format } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { returnImpact } from '../../domain/returns/restatement.ts';
import type { Impact } from '../../domain/returns/restatement.ts';
import { parsePortfolioText } from '../fold/text.ts';
import type { CostedDay } from '../queries/return-days.ts';
import { impactViews, largestImpact, spanOf } from './report.ts';
import type { KeyChange, KeyCounts, PortfolioChange } from './report.ts';
import { changedDaysOf, rowChange } from './rows.ts';
import type { KeyRows } from './rows.ts';
import type { KeyDifference } from './store.ts';

/** A portfolio's complete days as their canonical texts. */
export type PortfolioTexts = ReadonlyMap<Day, string>;

export interface ComparedDays {
  readonly before: readonly CostedDay[];
  readonly after: readonly CostedDay[];
}

export interface ComparedPortfolio {
  readonly change: PortfolioChange;
  readonly impact: readonly Impact[];
  /** Both histories up to the last day compared. */
  readonly days: ComparedDays;
}

export interface PortfolioComparison {
  key(securityId: string, before: KeyRows, after: KeyRows): void;
  /** The same of a key whose rows were compared where they are stored; it is only counted. */
  keyDays(difference: KeyDifference): void;
  /** `undefined` when no published figure differs. */
  finish(before: PortfolioTexts, after: PortfolioTexts): ComparedPortfolio | undefined;
}

export interface PortfolioComparisonOptions {
  readonly portfolioId: string;
  readonly from: Day;
  readonly through: Day;
  readonly materiality: Decimal;
  /** Rows to show of each key that changed; without it keys are only counted. */
  readonly rowsOfKey?: number;
}

export function comparePortfolio(options: PortfolioComparisonOptions): PortfolioComparison {
  const { portfolioId, from, through, rowsOfKey } = options;
  const touched = new Set<Day>();
  const counts = { added: 0, removed: 0, changed: 0 };
  const changes: KeyChange[] = [];

  function key(securityId: string, before: KeyRows, after: KeyRows): void {
    const { days, transactions } = changedDaysOf(before, after, from, through);
    const all = new Set([...days, ...transactions]);
    const kind = count(all, has(before, through), has(after, through));
    if (kind === undefined || rowsOfKey === undefined) return;
    changes.push({
      security_id: securityId,
      change: kind,
      days: spanOf(all),
      rows: days.slice(0, rowsOfKey).map((day) => rowChange(day, before.days.get(day), after.days.get(day))),
    });
  }

  function keyDays({ days, transactionDays, firstHere, firstThere }: KeyDifference): void {
    const all = new Set<Day>();
    for (const [first, last] of [...days, ...transactionDays])
      for (let day = Math.max(first, from); day <= Math.min(last, through); day++) all.add(day);
    const isThere = (first: Day | null) => first !== null && first <= through;
    count(all, isThere(firstHere), isThere(firstThere));
  }

  /** @returns what happened to the key; `undefined` when nothing did on a day that counts */
  function count(days: ReadonlySet<Day>, was: boolean, is: boolean): keyof KeyCounts | undefined {
    if (days.size === 0) return undefined;
    for (const day of days) touched.add(day);
    const kind = was === is ? 'changed' : is ? 'added' : 'removed';
    counts[kind] += 1;
    return kind;
  }

  function finish(before: PortfolioTexts, after: PortfolioTexts): ComparedPortfolio | undefined {
    let changed = false;
    for (const [day, text] of [...before, ...after]) {
      if (day < from || day > through || (before.get(day) === text && after.get(day) === text)) continue;
      touched.add(day);
      changed = true;
    }
    if (touched.size === 0) return undefined;
    const days = { before: costedDays(before, through), after: costedDays(after, through) };
    const asOf = Math.max(days.before.at(-1)?.day ?? -Infinity, days.after.at(-1)?.day ?? -Infinity);
    const impact =
      changed && Number.isFinite(asOf)
        ? returnImpact(days.before, days.after, asOf, {
            ...DEFAULT_RETURN_OPTIONS,
            materiality: options.materiality,
          })
        : [];
    const largest = largestImpact(impact);
    const change: PortfolioChange = {
      portfolio_id: portfolioId,
      through: isoDate(through),
      keys: counts,
      days: spanOf(touched),
      max_impact_basis_points: largest && format(largest),
      material: impact.some(({ material }) => material),
      impact: impactViews(impact),
      ...(rowsOfKey === undefined
        ? {}
        : { key_changes: changes.sort((a, b) => (a.security_id < b.security_id ? -1 : 1)) }),
    };
    return { change, impact, days };
  }

  return { key, keyDays, finish };
}

function has({ days }: KeyRows, through: Day): boolean {
  for (const day of days.keys()) if (day <= through) return true;
  return false;
}

/** Published days: none of them is open. */
function costedDays(texts: PortfolioTexts, through: Day): CostedDay[] {
  const days: CostedDay[] = [];
  for (const [day, text] of texts) {
    if (day > through) continue;
    const { estimatedPositions, positions: _, ...amounts } = parsePortfolioText(text);
    days.push({ day, ...amounts, estimated: estimatedPositions > 0, open: false });
  }
  return days.sort((a, b) => a.day - b.day);
}

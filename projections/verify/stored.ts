/**
 * What must hold of the rows of a generation by themselves, without the log: asked of the database as a
 * whole, in a few statements. A replay finds more and takes longer.
 */

export type StoredRule =
  /** A portfolio's row is the exact sum of its positions' rows. */
  | 'sum'
  /** A day begins with the value the day before ended with, and no day of a held position is missing. */
  | 'continuity'
  /** Every day up to the last complete one has a row. */
  | 'completeness'
  /** The tables of positions have a row for the same days, and state for every key that has rows. */
  | 'pairing'
  /** As many rows as were written. */
  | 'count';

/** One row, or one key or table, that breaks a rule. */
export interface BrokenRule {
  readonly rule: StoredRule;
  readonly table: 'position_timeseries' | 'daily_position_snapshots' | 'portfolio_timeseries' | CountedTable;
  readonly portfolio_id?: string;
  readonly security_id?: string;
  /** ISO date; absent where a key or table is meant as a whole. */
  readonly date?: string;
  /** What is stored and what should be. */
  readonly stored: string;
  readonly expected: string;
}

export type CountedTable =
  | 'position_state'
  | 'portfolio_state'
  | 'position_history'
  | 'daily_position_snapshots'
  | 'position_timeseries'
  | 'portfolio_timeseries';

/** Current rows by table. */
export type RowCounts = Readonly<Record<CountedTable, number>>;

/** All of a generation, or one portfolio of it, or one security in it. */
export interface StoredScope {
  readonly portfolioId?: string;
  readonly securityId?: string;
}

/** Each statement sees the generation at one instant; up to `limit` broken rules are told of each. */
export interface GenerationChecks {
  counts(): Promise<RowCounts>;
  /** Portfolios' rows that are not the sum, do not continue the day before, or are missing. */
  portfolioDays(scope: StoredScope, limit: number): Promise<BrokenRule[]>;
  /** Keys whose days do not continue one another, and those whose tables do not agree. */
  positionDays(scope: StoredScope, limit: number): Promise<BrokenRule[]>;
}

/** Broken rules told of each statement: one shows where to look. */
const MOST = 20;

/**
 * Checks a generation, side by side on up to three connections.
 *
 * @param expected the rows written, of a generation that nothing else writes to yet; not compared for
 *   tables left out
 * @returns the rules broken, none for a sound generation
 */
export async function verifyStored(
  checks: GenerationChecks,
  scope: StoredScope = {},
  expected: Partial<RowCounts> = {},
): Promise<readonly BrokenRule[]> {
  const counted = async () =>
    Object.keys(expected).length === 0 ? [] : miscounted(await checks.counts(), expected);
  const [portfolios, positions, counts] = await Promise.all([
    scope.securityId === undefined ? checks.portfolioDays(scope, MOST) : [],
    checks.positionDays(scope, MOST),
    counted(),
  ]);
  return [...counts, ...positions, ...portfolios];
}

function miscounted(counts: RowCounts, expected: Partial<RowCounts>): BrokenRule[] {
  const tables = Object.keys(expected) as CountedTable[];
  return tables.flatMap((table): BrokenRule[] => {
    const rows = expected[table];
    if (rows === undefined || rows === counts[table]) return [];
    return [{ rule: 'count', table, stored: `${counts[table]} rows`, expected: `${rows} rows` }];
  });
}

const RULES: Readonly<Record<StoredRule, string>> = {
  sum: 'is not the sum of its positions',
  continuity: 'does not continue the day before',
  completeness: 'misses complete days',
  pairing: 'is not paired with the rows it belongs to',
  count: 'does not hold what was written',
};

/** A broken rule in one sentence that names the row. */
export function brokenText(broken: BrokenRule): string {
  const { rule, table, portfolio_id: portfolio, security_id: security, date, stored, expected } = broken;
  const place = [portfolio, security, date].filter((part) => part !== undefined);
  return `${[table, ...place].join(' ')} ${RULES[rule]}: ${stored} instead of ${expected}`;
}

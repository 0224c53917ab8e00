/**
 * What readers would see change if one generation took the other's place: published days only, since the
 * open day may change in place anyway. Checksums tell which keys and portfolios need to be looked at.
 */
import type { Day } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { DEFAULT_MATERIALITY } from '../../domain/returns/restatement.ts';
import type { Slot } from '../generation.ts';
import type { Progress } from '../projector.ts';
import type { GenerationReader, StoredKey } from '../rebuild/store.ts';
import { comparePortfolio } from './portfolio.ts';
import type { ComparedDays } from './portfolio.ts';
import { createTotals } from './report.ts';
import type { DiffReport } from './report.ts';
import { keyRows, portfolioTexts } from './stored.ts';

export interface DiffOptions {
  /** Basis points from which on an impact is material; 5 when left out. */
  readonly materiality?: Decimal;
  /** Only this portfolio, with the changes of its keys. */
  readonly portfolioId?: string;
  /** How many changed portfolios the report names (100), the worst first. */
  readonly mostPortfolios?: number;
  /** How many changed rows it shows of each key (3), where it shows any. */
  readonly rowsOfKey?: number;
  /** The generations' names, for the report. */
  readonly slots?: { readonly before: Slot; readonly after: Slot };
  readonly onProgress?: (progress: Progress) => void;
}

export const MOST_PORTFOLIOS = 100;
export const ROWS_OF_KEY = 3;

/** Keys whose rows the database compares in one statement. */
const KEYS_AT_ONCE = 32;

export interface GenerationsDiff {
  readonly report: DiffReport;
  /** Both histories of the portfolio asked for, where it changed. */
  readonly days?: ComparedDays;
}

/** A portfolio of both generations: what each has of it. */
interface Pair {
  readonly portfolioId: string;
  readonly before: Side;
  readonly after: Side;
}

interface Side {
  readonly portfolioNo?: number;
  readonly checksum?: bigint;
  readonly keys: Map<string, StoredKey>;
}

/**
 * The readers must be of the two generations of one database. One portfolio is in memory at a time. Both may go on living meanwhile: what one has registered and the
 * other has not shows as a difference, and its portfolio, as long as marks wait, among the `unsettled`.
 */
export async function compareGenerations(
  before: GenerationReader,
  after: GenerationReader,
  options: DiffOptions = {},
): Promise<GenerationsDiff> {
  const { materiality = DEFAULT_MATERIALITY, mostPortfolios = MOST_PORTFOLIOS, portfolioId } = options;
  const pairs = await paired(before, after, portfolioId);
  const totals = createTotals(mostPortfolios);
  const looked: Pair[] = [];
  let [done, keys] = [0, 0];
  let days: ComparedDays | undefined;
  for (const pair of pairs.values()) {
    const ids = new Set([...pair.before.keys.keys(), ...pair.after.keys.keys()]);
    keys += ids.size;
    const differing = [...ids]
      .filter((id) => pair.before.keys.get(id)?.checksum !== pair.after.keys.get(id)?.checksum)
      .sort();
    if (differing.length > 0 || pair.before.checksum !== pair.after.checksum) {
      looked.push(pair);
      const compared = await compareOne(before, after, pair, differing, materiality, options);
      if (compared) {
        totals.note(compared.change, compared.impact);
        if (portfolioId !== undefined) days = compared.days;
      }
    }
    options.onProgress?.({ phase: 'diff', done: ++done, total: pairs.size });
  }
  const side = async (reader: GenerationReader, slot: Slot | undefined) =>
    ({ books: 'generation', slot: slot ?? null, position: await reader.position() }) as const;
  const report = totals.report(
    {
      before: await side(before, options.slots?.before),
      after: await side(after, options.slots?.after),
      compared: { portfolios: pairs.size, keys },
      unsettled: await unsettled(before, after, looked),
    },
    materiality,
  );
  return { report, ...(days ? { days } : {}) };
}

async function compareOne(
  before: GenerationReader,
  after: GenerationReader,
  pair: Pair,
  differing: readonly string[],
  materiality: Decimal,
  options: DiffOptions,
) {
  // Each on its own connection.
  const [old, fresh] = await Promise.all([
    portfolioTexts(before, pair.before.portfolioNo),
    portfolioTexts(after, pair.after.portfolioNo),
  ]);
  const through = lastPublished(horizonOf(pair.before, old), horizonOf(pair.after, fresh));
  if (through === undefined) return undefined;
  const comparison = comparePortfolio({
    portfolioId: pair.portfolioId,
    from: -Infinity,
    through,
    materiality,
    ...(options.portfolioId === undefined ? {} : { rowsOfKey: options.rowsOfKey ?? ROWS_OF_KEY }),
  });
  if (options.portfolioId === undefined) {
    const pairsOf = differing.map((id) => ({
      here: pair.before.keys.get(id) ?? null,
      there: pair.after.keys.get(id) ?? null,
    }));
    for (let i = 0; i < pairsOf.length; i += KEYS_AT_ONCE)
      for (const difference of await before.differences(pairsOf.slice(i, i + KEYS_AT_ONCE)))
        comparison.keyDays(difference);
    return comparison.finish(old, fresh);
  }
  for (const id of differing) {
    const [was, is] = await Promise.all([
      keyRows(before, pair.before.keys.get(id)),
      keyRows(after, pair.after.keys.get(id)),
    ]);
    comparison.key(id, was, is);
  }
  return comparison.finish(old, fresh);
}

async function paired(
  before: GenerationReader,
  after: GenerationReader,
  only: string | undefined,
): Promise<Map<string, Pair>> {
  const pairs = new Map<string, Pair>();
  const sides = { before, after };
  const empty = (): Side => ({ keys: new Map() });
  for (const name of ['before', 'after'] as const) {
    for (const { portfolioId, portfolioNo, checksum } of await sides[name].portfolios()) {
      if (only !== undefined && portfolioId !== only) continue;
      const pair = pairs.get(portfolioId) ?? { portfolioId, before: empty(), after: empty() };
      pairs.set(portfolioId, { ...pair, [name]: { portfolioNo, checksum, keys: new Map() } });
    }
    for (const key of await sides[name].keys())
      pairs.get(key.portfolioId)?.[name].keys.set(key.securityId, key);
  }
  return pairs;
}

/** How far rows have been made: keys have them to there, and a complete portfolio as well. */
export function horizonOf(
  side: { readonly keys: ReadonlyMap<string, StoredKey> },
  texts: ReadonlyMap<Day, string>,
): Day | null {
  let horizon = -Infinity;
  for (const { watermarkDay } of side.keys.values())
    if (watermarkDay !== null && watermarkDay > horizon) horizon = watermarkDay;
  for (const day of texts.keys()) if (day > horizon) horizon = day;
  return horizon === -Infinity ? null : horizon;
}

/** The last day that both have published; where one has no days at all, the other's. */
export function lastPublished(a: Day | null, b: Day | null): Day | undefined {
  if (a === null || b === null) return a === b ? undefined : (a ?? b)! - 1;
  return Math.min(a, b) - 1;
}

async function unsettled(
  before: GenerationReader,
  after: GenerationReader,
  looked: readonly Pair[],
): Promise<string[]> {
  const found = new Set<string>();
  for (const [reader, name] of [
    [before, 'before'],
    [after, 'after'],
  ] as const) {
    const ids = new Map(
      looked.flatMap((pair) => {
        const { portfolioNo } = pair[name];
        return portfolioNo === undefined ? [] : [[portfolioNo, pair.portfolioId] as const];
      }),
    );
    if (ids.size === 0) continue;
    for (const { portfolioNo } of await reader.marks([...ids.keys()])) found.add(ids.get(portfolioNo)!);
  }
  return [...found].sort();
}

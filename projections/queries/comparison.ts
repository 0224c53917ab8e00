/** What returns are set beside: a benchmark's levels and the riskless rate. */
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { divide, ONE, subtract, toNumber } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { RETURN_SCALE } from '../../domain/returns/model.ts';
import { loadBenchmark } from './benchmarks.ts';
import type { BenchmarkIndex } from './benchmarks.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';
import { loadRiskFree } from './risk-free.ts';
import type { LoadedRiskFree } from './risk-free.ts';
import type { SubjectSource } from './subject.ts';

export interface ComparisonQuery {
  /** The id of a benchmark, `security:<id>` or `series:<id>`. */
  readonly benchmark?: string;
  /** A yearly fraction, or `series:<id>`. */
  readonly riskFree?: string;
}

/** What a reply says of the benchmark it compares with. */
export type BenchmarkName = Omit<BenchmarkIndex, 'index'>;

/** Lists hold one entry for each calendar day from `first` on. */
export interface LoadedBenchmark {
  readonly name: BenchmarkName;
  readonly first: Day;
  readonly exact: readonly Decimal[];
  /** The same as floats, for statistics. */
  readonly levels: Float64Array;
}

export interface Comparison {
  readonly benchmark?: LoadedBenchmark;
  readonly riskFree?: LoadedRiskFree;
}

/** For days of a range, in a currency. */
export async function loadComparison(
  source: SubjectSource,
  query: ComparisonQuery,
  currency: string,
  range: DateRange,
): Promise<Outcome<Comparison>> {
  const benchmark =
    query.benchmark === undefined
      ? undefined
      : await benchmarkFor(source, { ref: query.benchmark, currency, range });
  if (benchmark && benchmark.status !== 'found') return benchmark;
  const riskFree = query.riskFree === undefined ? undefined : await loadRiskFree(source, query.riskFree);
  if (riskFree && riskFree.status !== 'found') return riskFree;
  return found({
    ...(benchmark ? { benchmark: benchmark.value } : {}),
    ...(riskFree ? { riskFree: riskFree.value } : {}),
  });
}

async function benchmarkFor(
  source: SubjectSource,
  { ref, currency, range }: { readonly ref: string; readonly currency: string; readonly range: DateRange },
): Promise<Outcome<LoadedBenchmark>> {
  const loaded = await loadBenchmark(source, ref, currency, range);
  if (loaded.status !== 'found') return loaded;
  const { index, ...name } = loaded.value;
  const exact = index.map(({ level }) => level);
  const key = [ref, currency, range.from, range.to].join('\n');
  return found({
    name,
    first: index[0]?.day ?? day(range.to ?? '9999-12-31'),
    exact,
    levels: floatsOf(source.reader.definitions, key, exact),
  });
}

/** Conversions of the last benchmarks asked for: it takes longer than all that is computed from them. */
const MAX_KEPT = 32;
const converted = new WeakMap<object, Map<string, Converted>>();

interface Converted {
  readonly exact: readonly Decimal[];
  readonly floats: Float64Array;
}

/** Levels of a benchmark that has not changed are the very same objects. */
function floatsOf(owner: object, key: string, exact: readonly Decimal[]): Float64Array {
  const kept = converted.get(owner) ?? new Map<string, Converted>();
  converted.set(owner, kept);
  const known = kept.get(key);
  kept.delete(key);
  const same = known?.exact.length === exact.length && exact.every((level, i) => level === known.exact[i]);
  const floats = same ? known.floats : Float64Array.from(exact, toNumber);
  kept.set(key, { exact, floats });
  for (const oldest of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(oldest);
  return floats;
}

/**
 * The benchmark's return from the close before `from` to the close of `to`; the first day without a level
 * where one is missing.
 */
export function benchmarkReturn({ first, exact }: LoadedBenchmark, from: Day, to: Day): Decimal | Day {
  const [opening, closing] = [exact[from - 1 - first], exact[to - first]];
  if (!opening) return from - 1;
  if (!closing) return first + exact.length;
  return subtract(divide(closing, opening, RETURN_SCALE), ONE);
}

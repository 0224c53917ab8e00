/** Benchmarks as daily index levels in the currency of a report, whole and by component. */
import type { Series } from '../../domain/books/series.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Rebalancing, SecurityDetails } from '../../domain/events.ts';
import { loadParts } from './benchmark-parts.ts';
import type { BenchmarkPart } from './benchmark-parts.ts';
import { findBenchmark } from './benchmark-ref.ts';
import type { BenchmarkSource } from './benchmark-ref.ts';
import { wholeBenchmark } from './benchmark-whole.ts';
import type { Whole } from './benchmark-whole.ts';
import { found } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange } from './read-model.ts';

export interface IndexPoint {
  readonly day: Day;
  /** 1 on the benchmark's first day, whatever the range. */
  readonly level: Decimal;
}

interface BenchmarkHead {
  /** As it was asked for. */
  readonly id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly rebalancing: Rebalancing;
  /** The first day on which every component and rate is known; `null` when that is after the range. */
  readonly first_date: string | null;
  /** The last day on which every component has a value of its own; later days carry the last ones on. */
  readonly last_date: string | null;
}

export interface BenchmarkIndex extends BenchmarkHead {
  /** One for each calendar day, from the day before the range, whose close is the opening of the range. */
  readonly index: readonly IndexPoint[];
}

/** Lists hold one entry for each calendar day from `first` on: the day before the range, or the first day. */
export interface BenchmarkBlend extends BenchmarkHead {
  readonly first: Day;
  readonly index: readonly Decimal[];
  readonly components: readonly BlendComponent[];
}

export interface BlendComponent {
  /** `security:<id>` or `series:<id>`. */
  readonly id: string;
  readonly name: string | null;
  /** Of the component's own values. */
  readonly currency: string;
  /** Its details, of a component that is a security. */
  readonly security?: SecurityDetails;
  /** In that currency. */
  readonly levels: Series;
  /** In the currency of the report; 1 on the benchmark's first day. */
  readonly index: readonly Decimal[];
  /** Fraction of the benchmark at the opening of the day: its return is Σ weight × return of the component. */
  readonly weights: readonly Decimal[];
}

/**
 * The index of a benchmark in the currency of a report (its own by default): of a benchmark by its id, of
 * `security:<id>` or `series:<id>`. What it was on a day does not depend on the range: a blend drifts from
 * its first day on. The list is empty for a range before that day.
 * @returns rejected for `benchmark` with `unknown_benchmark`, `not_levels`, `no_values` or `no_rate`
 */
export async function loadBenchmark(
  source: BenchmarkSource,
  ref: string,
  currency: string | undefined,
  range: DateRange,
): Promise<Outcome<BenchmarkIndex>> {
  const loaded = await load(source, ref, { currency, range, withParts: false });
  if (loaded.status !== 'found') return loaded;
  const { head, whole, from, through } = loaded.value;
  const index: IndexPoint[] = [];
  if (whole)
    for (let at = Math.max(whole.first, from); at <= through; at++)
      index.push({ day: at, level: whole.index[at - whole.first]! });
  return found({ ...head, index });
}

/** The same with its components: what each became, and its part of the whole at the opening of each day. */
export async function loadBlend(
  source: BenchmarkSource,
  ref: string,
  currency: string | undefined,
  range: DateRange,
): Promise<Outcome<BenchmarkBlend>> {
  const loaded = await load(source, ref, { currency, range, withParts: true });
  if (loaded.status !== 'found') return loaded;
  const { head, whole, parts, from, through } = loaded.value;
  const first = Math.max(whole?.first ?? from, from);
  const cut = (list: readonly Decimal[] = []) =>
    whole && first <= through ? list.slice(first - whole.first) : [];
  return found({
    ...head,
    first,
    index: cut(whole?.index),
    components: parts.map(({ id, name, currency: own, levels, security }, i) => ({
      id,
      name,
      currency: own,
      levels,
      ...(security === undefined ? {} : { security }),
      index: cut(whole?.components[i]?.index),
      weights: cut(whole?.components[i]?.weights),
    })),
  });
}

/** How long a last value is carried on, some ten years: the days of a reply must have a bound. */
const MAX_CARRIED_DAYS = 3_660;

interface Asked {
  readonly currency: string | undefined;
  readonly range: DateRange;
  readonly withParts: boolean;
}

interface Loaded {
  readonly head: BenchmarkHead;
  readonly whole: Whole | undefined;
  readonly parts: readonly BenchmarkPart[];
  /** The day before the range. */
  readonly from: Day;
  readonly through: Day;
}

async function load(
  source: BenchmarkSource,
  ref: string,
  { currency: asked, range, withParts }: Asked,
): Promise<Outcome<Loaded>> {
  const benchmark = await findBenchmark(source, ref);
  if (benchmark.status !== 'found') return benchmark;
  const details = benchmark.value;
  const loaded = await loadParts(source, details);
  if (loaded.status !== 'found') return loaded;
  const parts = loaded.value;
  const currency = asked ?? details.currency;
  const lastDays = parts.map(({ levels }) => levels.points.at(-1)!.day).filter(Number.isFinite);
  const from = range.from === undefined ? undefined : day(range.from) - 1;
  const lastDay = lastDays.length > 0 ? Math.max(...lastDays) : undefined;
  const asOf = range.to === undefined ? (lastDay ?? from ?? 0) : day(range.to);
  const through = Math.max(from ?? -Infinity, Math.min(asOf, (lastDay ?? asOf) + MAX_CARRIED_DAYS));
  const made = await wholeBenchmark(source, {
    details,
    parts,
    currency,
    through,
    cashFrom: Math.min(from ?? through, through),
    withParts,
  });
  if (made.status !== 'found') return made;
  const whole = made.value;
  return found({
    head: {
      id: ref,
      name: details.name ?? (parts.length === 1 ? parts[0]!.name : null),
      currency,
      rebalancing: details.rebalancing,
      first_date: whole ? isoDate(whole.first) : null,
      last_date: whole ? isoDate(Math.min(through, ...lastDays)) : null,
    },
    whole,
    parts,
    from: from ?? whole?.first ?? through,
    through,
  });
}

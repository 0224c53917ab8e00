/** A benchmark computed from its first day on, in the currency of a report; the last ones are kept. */
import { blend, firstKnown } from '../../domain/benchmarks/blend.ts';
import { ALWAYS_ONE } from '../../domain/benchmarks/closes.ts';
import { convertIndex, usableRates } from '../../domain/benchmarks/convert.ts';
import type { DailyIndex } from '../../domain/benchmarks/convert.ts';
import { createFxTable } from '../../domain/books/fx.ts';
import type { Series } from '../../domain/books/series.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { BenchmarkDetails } from '../../domain/events.ts';
import type { DefinitionReads } from '../definitions/definitions.ts';
import { createLru } from '../replay/lru.ts';
import type { Lru } from '../replay/lru.ts';
import type { BenchmarkPart } from './benchmark-parts.ts';
import type { BenchmarkSource } from './benchmark-ref.ts';
import { quotes } from './conversion.ts';
import { ratesDigest } from './rates-digest.ts';
import { found, rejected } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { FxRateRow } from './rows.ts';

/** By calendar day from `first` on, through the day asked for; components where they were asked for. */
export interface Whole extends DailyIndex {
  readonly components: readonly WholeComponent[];
}

export interface WholeComponent {
  readonly index: readonly Decimal[];
  /** Fraction of the whole at the opening of the day. */
  readonly weights: readonly Decimal[];
}

export interface WholeQuery {
  readonly details: BenchmarkDetails;
  readonly parts: readonly BenchmarkPart[];
  readonly currency: string;
  /** Where a benchmark of nothing but cash begins, which is worth 1 on every day there ever was. */
  readonly cashFrom: Day;
  readonly through: Day;
  /** Whether the components are wanted too. */
  readonly withParts: boolean;
}

type Made = Outcome<Whole | undefined>;

/** Decimals kept: some ten blends of five components over ten years. */
const MAX_WEIGHT = 400_000;
const MAX_ENTRIES = 64;
const caches = new WeakMap<DefinitionReads, Lru<Made>>();

function weightOf(made: Made): number {
  const whole = made.status === 'found' ? made.value : undefined;
  return 1 + (whole ? whole.index.length * (1 + 2 * whole.components.length) : 0);
}

function keptFor(definitions: DefinitionReads): Lru<Made> {
  const known = caches.get(definitions);
  if (known) return known;
  const cache = createLru<Made>({ maxEntries: MAX_ENTRIES, maxWeight: MAX_WEIGHT, weigh: weightOf });
  caches.set(definitions, cache);
  return cache;
}

/** `undefined` for a benchmark that has not begun by then; rejected where a rate is not known on any day. */
export async function wholeBenchmark(source: BenchmarkSource, query: WholeQuery): Promise<Made> {
  const { details, parts, currency, through, cashFrom, withParts } = query;
  const currencies = [...new Set([details.currency, currency, ...parts.map((part) => part.currency)])];
  const converts = currencies.length > 1;
  const rates = converts ? await ratesDigest(source, currencies) : '';
  const versions = parts.map(({ version, currency: own }) => [version, own]);
  const key = JSON.stringify([details, versions, currency, rates, through, cashFrom, withParts]);
  return keptFor(source.reader.definitions).get(key, async () =>
    make(query, ratesOf(converts ? await source.model.fxRates(currencies) : [])),
  );
}

type RateSeries = (from: string, to: string) => Series | undefined;

function ratesOf(rows: readonly FxRateRow[]): RateSeries {
  const table = createFxTable(quotes(rows));
  return (from, to) => {
    if (from === to) return ALWAYS_ONE;
    const series = usableRates(table.series(from, to));
    return series.points.length === 0 ? undefined : series;
  };
}

function make(query: WholeQuery, ratesBetween: RateSeries): Made {
  const { details, parts, currency, through, cashFrom, withParts } = query;
  const { currency: own, rebalancing } = details;
  const report = ratesBetween(own, currency);
  if (!report)
    return rejected('currency', 'no_rate', `cannot be used: no rate is known from ${own} to ${currency}`);
  const blended = [];
  for (const part of parts) {
    const rates = ratesBetween(part.currency, own);
    if (!rates)
      return rejected(
        'benchmark',
        'no_rate',
        `cannot be used: no rate is known from ${part.currency} to ${own}`,
      );
    blended.push({ weight: decimal(part.weight), levels: part.levels, rates });
  }
  const notBefore = Math.max(...blended.map(firstKnown)) === -Infinity ? cashFrom : -Infinity;
  const made = blend(blended, rebalancing, through, { notBefore, withParts });
  if (!made || own === currency) return found(made && { ...made, components: made.parts });
  const { first } = made;
  const whole = convertIndex(made, report);
  if (!whole) return found(undefined);
  return found({
    ...whole,
    components: made.parts.map(({ index, weights }) => ({
      index: convertIndex({ first, index }, report)!.index,
      weights: weights.slice(whole.first - first),
    })),
  });
}

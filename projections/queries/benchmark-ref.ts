/** What the parameters `benchmark` and `risk_free` name. */
import type { BenchmarkDetails } from '../../domain/events.ts';
import { compare, negate, ONE, tryDecimal } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { found, rejected } from './reading.ts';
import type { Outcome, Reader } from './reading.ts';
import type { ReadModel, Version } from './read-model.ts';

/** What reading a benchmark runs on: any source of a subject is one. */
export interface BenchmarkSource {
  readonly reader: Pick<Reader, 'definitions'>;
  readonly model: Pick<ReadModel, 'fxRates' | 'fxDigest'>;
  /** Definitions, closes and values are those known at its position. */
  readonly version: Pick<Version, 'position'>;
}

/** Begin the references to what is no benchmark by definition; no id of one begins so. */
export const SECURITY_PREFIX = 'security:';
export const SERIES_PREFIX = 'series:';

function unknown(field: string, message: string): Outcome<never> {
  return rejected(field, `unknown_${field}`, message);
}

/** A benchmark by its id, or one made for the moment of `security:<id>` or `series:<id>`. */
export async function findBenchmark(
  source: BenchmarkSource,
  ref: string,
): Promise<Outcome<BenchmarkDetails>> {
  const { definitions } = source.reader;
  const { position } = source.version;
  const single = (currency: string, component: { security_id: string } | { series_id: string }) =>
    found<BenchmarkDetails>({
      benchmark_id: ref,
      currency,
      rebalancing: 'never',
      components: [{ weight: '1', ...component }],
    });
  if (ref.startsWith(SECURITY_PREFIX)) {
    const security_id = ref.slice(SECURITY_PREFIX.length);
    const security = await definitions.closes(security_id, position);
    // One without closes may be known by a trade alone, of which not everybody may know.
    if (!security || security.values.points.length === 0)
      return unknown('benchmark', `cannot be used: there are no closes of a security ${security_id}`);
    return single(security.details.currency, { security_id });
  }
  if (ref.startsWith(SERIES_PREFIX)) {
    const series_id = ref.slice(SERIES_PREFIX.length);
    const series = await definitions.uploaded(series_id, position);
    if (!series) return unknown('benchmark', `cannot be used: there is no series ${series_id}`);
    const { currency } = series.details;
    if (currency === undefined)
      return rejected('benchmark', 'not_levels', `cannot be used: ${series_id} is a series of rates`);
    return single(currency, { series_id });
  }
  const benchmark = (await definitions.at(position)).benchmarks.get(ref);
  return benchmark ? found(benchmark) : unknown('benchmark', `cannot be used: there is no benchmark ${ref}`);
}

/** The range of a constant risk-free rate: a percentage given by mistake is refused. */
export function yearlyFraction(text: string): Decimal | undefined {
  const value = tryDecimal(text);
  return value && compare(value, negate(ONE)) > 0 && compare(value, ONE) <= 0 ? value : undefined;
}

export function notAFraction(): Outcome<never> {
  return rejected(
    'risk_free',
    'range',
    'must be a yearly fraction above -1 and at most 1, such as 0.02, or series:<id>',
  );
}

/** The components of a benchmark with their values. */
import type { Series } from '../../domain/books/series.ts';
import type { BenchmarkComponent, BenchmarkDetails, SecurityDetails } from '../../domain/events.ts';
import type { BenchmarkSource } from './benchmark-ref.ts';
import { SECURITY_PREFIX, SERIES_PREFIX } from './benchmark-ref.ts';
import { found, rejected } from './reading.ts';
import type { Outcome } from './reading.ts';

export interface BenchmarkPart {
  /** `security:<id>` or `series:<id>`. */
  readonly id: string;
  readonly name: string | null;
  readonly weight: string;
  /** Of its values. */
  readonly currency: string;
  readonly levels: Series;
  /** Changes with its values. */
  readonly version: number;
  readonly security?: SecurityDetails;
}

/** A component without any value is refused. */
export async function loadParts(
  source: BenchmarkSource,
  { components }: BenchmarkDetails,
): Promise<Outcome<readonly BenchmarkPart[]>> {
  const loaded = await Promise.all(components.map((component) => partOf(source, component)));
  const parts: BenchmarkPart[] = [];
  for (const part of loaded) {
    if (typeof part === 'string') return rejected('benchmark', 'no_values', `cannot be used: ${part}`);
    parts.push(part);
  }
  return found(parts);
}

async function partOf(
  source: BenchmarkSource,
  { weight, security_id, series_id }: BenchmarkComponent,
): Promise<BenchmarkPart | string> {
  const { definitions } = source.reader;
  const { position } = source.version;
  if (security_id !== undefined) {
    const known = await definitions.closes(security_id, position);
    if (!known || known.values.points.length === 0) return `security ${security_id} has no closes`;
    const { details: security, values: levels, version } = known;
    const { currency, name = null } = security;
    return { id: `${SECURITY_PREFIX}${security_id}`, name, weight, currency, levels, version, security };
  }
  const known = await definitions.uploaded(series_id!, position);
  const currency = known?.details.currency;
  if (!known || currency === undefined || known.values.points.length === 0)
    return `series ${series_id} has no values`;
  const { details, values: levels, version } = known;
  return {
    id: `${SERIES_PREFIX}${series_id}`,
    name: details.name ?? null,
    weight,
    currency,
    levels,
    version,
  };
}

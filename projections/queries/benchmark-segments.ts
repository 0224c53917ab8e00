/** A benchmark's days put together by an attribute of its components. */
import type { Day } from '../../domain/dates.ts';
import { returnBetween } from '../../domain/attribution/linking.ts';
import { add, divide, isZero, multiply, ONE, round, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { BenchmarkBlend, BlendComponent } from './benchmarks.ts';
import { segmentId, segmentOf, UNCLASSIFIED } from './dimension.ts';
import type { Dimension, Segment } from './dimension.ts';

/** What a benchmark and a portfolio can both be put together by. */
export type SharedDimension = Exclude<Dimension, 'position' | 'portfolio'>;

/** Lists hold one entry for each day from the second of the blend's on: the first has no return. */
export interface BenchmarkSegment {
  readonly segment: Segment;
  /** At the opening of the day. */
  readonly weights: readonly Decimal[];
  /** `null` where nothing of it is in the benchmark. */
  readonly returns: readonly (Decimal | null)[];
}

export interface BenchmarkDays {
  /** The first day with a return. */
  readonly first: Day;
  readonly returns: readonly Decimal[];
  readonly segments: ReadonlyMap<string, BenchmarkSegment>;
}

const PLACES = 30;

export function benchmarkDays(blend: BenchmarkBlend, by: SharedDimension): BenchmarkDays {
  const returns = returnsOf(blend.index);
  const groups = new Map<string, { segment: Segment; components: BlendComponent[] }>();
  for (const component of blend.components) {
    const segment = segmentOfComponent(by, component);
    const known = groups.get(segmentId(segment));
    if (known) known.components.push(component);
    else groups.set(segmentId(segment), { segment, components: [component] });
  }
  return {
    first: blend.first + 1,
    returns,
    segments: new Map(
      [...groups].map(([id, { segment, components }]) => [
        id,
        { segment, ...together(components, returns.length) },
      ]),
    ),
  };
}

function returnsOf(index: readonly Decimal[]): Decimal[] {
  return index.slice(1).map((level, i) => (isZero(index[i]!) ? ZERO : returnBetween(index[i]!, level)));
}

function together(
  components: readonly BlendComponent[],
  days: number,
): Pick<BenchmarkSegment, 'weights' | 'returns'> {
  const each = components.map((component) => ({
    weights: component.weights.slice(1),
    returns: returnsOf(component.index),
  }));
  const weights: Decimal[] = [];
  const returns: (Decimal | null)[] = [];
  for (let i = 0; i < days; i++) {
    let weight = ZERO;
    let earned = ZERO;
    for (const component of each) {
      weight = add(weight, component.weights[i]!);
      earned = add(earned, multiply(component.weights[i]!, component.returns[i]!));
    }
    weights.push(weight);
    returns.push(isZero(weight) ? null : divide(earned, weight, PLACES));
  }
  return { weights, returns };
}

function segmentOfComponent(by: SharedDimension, component: BlendComponent): Segment {
  const { security, name, currency } = component;
  const key = component.id.slice(component.id.indexOf(':') + 1);
  if (!security) {
    const ownKey = by === 'security' ? key : by === 'currency' ? currency : UNCLASSIFIED;
    return { key: ownKey, name: by === 'security' ? name : null, portfolio_id: null };
  }
  return segmentOf(by, {
    portfolio_id: '',
    security_id: security.security_id,
    name: security.name ?? null,
    currency: security.currency,
    type: security.type,
    asset_class: security.asset_class ?? null,
    sector: security.sector ?? null,
    country: security.country ?? null,
  });
}

/** The linked return of entries `first` to `last`, to 20 places; `null` where it was never held. */
export function linkedReturn(segment: BenchmarkSegment, first: number, last: number): Decimal | null {
  let product = ONE;
  let held = false;
  for (let i = first; i <= last; i++) {
    const value = segment.returns[i];
    if (value === null || value === undefined) continue;
    held = true;
    product = round(multiply(product, add(ONE, value)), PLACES);
  }
  return held ? add(product, { coefficient: -1n, scale: 0 }) : null;
}

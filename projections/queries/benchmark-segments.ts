/** A benchmark's days put together by an attribute of its components. */
import type { Day } from '../../domain/dates.ts';
import { returnBetween } from '../../domain/attribution/linking.ts';
import { add, divide, isZero, multiply, ONE, round, subtract, sum, ZERO } from '../../domain/decimal.ts';
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
  /** What of them exchange rates brought; empty unless asked for. */
  readonly currencyReturns: readonly (Decimal | null)[];
}

export interface BenchmarkDays {
  /** The first day with a return. */
  readonly first: Day;
  readonly returns: readonly Decimal[];
  readonly currencyReturns: readonly Decimal[];
  readonly segments: ReadonlyMap<string, BenchmarkSegment>;
}

const PLACES = 30;

/** @param withCurrency whether it is told what exchange rates brought */
export function benchmarkDays(
  blend: BenchmarkBlend,
  by: SharedDimension,
  withCurrency: boolean,
): BenchmarkDays {
  const returns = returnsOf(blend.index);
  const components = blend.components.map((component) => componentDays(component, blend, withCurrency));
  const groups = new Map<string, { segment: Segment; components: ComponentDays[] }>();
  for (const [i, component] of blend.components.entries()) {
    const segment = segmentOfComponent(by, component);
    const known = groups.get(segmentId(segment));
    if (known) known.components.push(components[i]!);
    else groups.set(segmentId(segment), { segment, components: [components[i]!] });
  }
  return {
    first: blend.first + 1,
    returns,
    currencyReturns: withCurrency ? returns.map((_, i) => weighed(components, i, 'currencyReturns')) : [],
    segments: new Map(
      [...groups].map(([id, { segment, components: some }]) => [
        id,
        { segment, ...together(some, returns.length, withCurrency) },
      ]),
    ),
  };
}

function returnsOf(index: readonly Decimal[]): Decimal[] {
  return index.slice(1).map((level, i) => (isZero(index[i]!) ? ZERO : returnBetween(index[i]!, level)));
}

/** Lists like those of a segment. */
interface ComponentDays {
  readonly weights: readonly Decimal[];
  readonly returns: readonly Decimal[];
  readonly currencyReturns: readonly Decimal[];
}

function componentDays(
  component: BlendComponent,
  { first, currency }: BenchmarkBlend,
  withCurrency: boolean,
): ComponentDays {
  const returns = returnsOf(component.index);
  return {
    weights: component.weights.slice(1),
    returns,
    currencyReturns: withCurrency
      ? returns.map((earned, i) =>
          component.currency === currency ? ZERO : rateReturn(component, earned, first + 1 + i),
        )
      : [],
  };
}

/** 1 + a return is 1 + the return in the component's own currency, times 1 + that of its rate. */
function rateReturn({ levels }: BlendComponent, earned: Decimal, day: Day): Decimal {
  const [before, after] = [levels.at(day - 1)!, levels.at(day)!];
  if (before === after) return earned;
  return subtract(divide(multiply(add(ONE, earned), before.price), after.price, PLACES), ONE);
}

/** Σ weight × figure of an entry. */
function weighed(
  components: readonly ComponentDays[],
  i: number,
  figure: 'returns' | 'currencyReturns',
): Decimal {
  return sum(components.map((component) => multiply(component.weights[i]!, component[figure][i]!)));
}

function together(
  components: readonly ComponentDays[],
  days: number,
  withCurrency: boolean,
): Omit<BenchmarkSegment, 'segment'> {
  const weights: Decimal[] = [];
  const returns: (Decimal | null)[] = [];
  const currencyReturns: (Decimal | null)[] = [];
  for (let i = 0; i < days; i++) {
    const weight = sum(components.map((component) => component.weights[i]!));
    const over = (figure: 'returns' | 'currencyReturns') =>
      isZero(weight) ? null : divide(weighed(components, i, figure), weight, PLACES);
    weights.push(weight);
    returns.push(over('returns'));
    if (withCurrency) currencyReturns.push(over('currencyReturns'));
  }
  return { weights, returns, currencyReturns };
}

function segmentOfComponent(by: SharedDimension, component: BlendComponent): Segment {
  const { security, name, currency } = component;
  if (!security) {
    // With its prefix, so that it is not taken for a security of the same id.
    const ownKey = by === 'security' ? component.id : by === 'currency' ? currency : UNCLASSIFIED;
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

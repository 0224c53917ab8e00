/** Any indicator over bars of any interval, made when it is asked for. */
import {
  checkIndicatorParams,
  createIndicator,
  indicatorDefinition,
  type IndicatorParams,
  type IndicatorType,
  settlingBars,
} from '../../domain/indicators/catalogue.ts';
import type { IndicatorBar, IndicatorValue } from '../../domain/indicators/model.ts';
import { barsPerYear } from '../../domain/indicators/standard.ts';
import { numberOfUnits } from '../../domain/market/units.ts';
import { INTERVAL_MINUTES } from '../../domain/market/windows.ts';
import type { BarQuery, BarReader, ServedBar } from './bars.ts';

export interface IndicatorQuery extends BarQuery {
  readonly type: IndicatorType;
  readonly params: Readonly<Record<string, number | undefined>>;
}

export interface IndicatorPoint {
  /** Start of the bar, Unix milliseconds. */
  readonly time: number;
  readonly value: IndicatorValue;
  readonly isOpen: boolean;
}

export type IndicatorSeriesResult =
  | {
      readonly status: 'ok';
      readonly exchange: string;
      /** Those it was made with, defaults included. */
      readonly params: IndicatorParams;
      /** In ascending order of time. */
      readonly points: readonly IndicatorPoint[];
    }
  | { readonly status: 'unknown_symbol' }
  | { readonly status: 'invalid_params'; readonly name: string; readonly message: string };

/**
 * Bars before the range are taken as well, so many that the values are those of the whole series to within
 * 10^-9 of the price (`settlingBars`), or all there are.
 */
export async function indicatorSeries(
  reader: BarReader,
  query: IndicatorQuery,
): Promise<IndicatorSeriesResult> {
  const { type, params, ...range } = query;
  const checked = checkIndicatorParams(type, params);
  if (!checked.ok) return { status: 'invalid_params', name: checked.name, message: checked.message };
  const before = settlingBars(type, checked.params);

  // Those from a start on are followed forwards; the newest come with the bars before them in one read.
  const forwards = range.start !== undefined;
  const wanted = await reader.bars({ ...range, limit: range.limit + (forwards ? 0 : before) });
  if (wanted === undefined) return { status: 'unknown_symbol' };
  const { exchange, bars } = wanted;
  const earlier =
    forwards && bars.length > 0
      ? await reader.bars({
          symbol: range.symbol,
          interval: range.interval,
          end: bars[0]!.time,
          limit: before,
        })
      : undefined;

  const complete = withFactor(type, checked.params, params, barsPerYear(exchange, minutesOf(query)));
  const indicator = createIndicator(type, complete);
  for (const bar of earlier?.bars ?? []) indicator.update(figuresOf(bar));
  const points = bars.map((bar) => ({
    time: bar.time,
    value: indicator.update(figuresOf(bar)),
    isOpen: bar.isOpen,
  }));
  return {
    status: 'ok',
    exchange,
    params: complete,
    points: forwards ? points : points.slice(-range.limit),
  };
}

/** How many bars are in a year depends on their interval, where nobody says it. */
function withFactor(
  type: IndicatorType,
  complete: IndicatorParams,
  given: IndicatorQuery['params'],
  perYear: number,
): IndicatorParams {
  const wants = indicatorDefinition(type).parameters.some(({ name }) => name === 'bars_per_year');
  return wants && given.bars_per_year === undefined ? { ...complete, bars_per_year: perYear } : complete;
}

function minutesOf({ interval }: IndicatorQuery): number | undefined {
  return interval === '1day' ? undefined : INTERVAL_MINUTES[interval];
}

function figuresOf(bar: ServedBar): IndicatorBar {
  return {
    time: bar.time,
    open: numberOfUnits(bar.open),
    high: numberOfUnits(bar.high),
    low: numberOfUnits(bar.low),
    close: numberOfUnits(bar.close),
    volume: numberOfUnits(bar.volume),
    session: bar.session,
  };
}

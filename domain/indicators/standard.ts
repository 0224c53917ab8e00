/** The indicators that are kept for every bar, by the names of their columns. */
import { formulaFactory, type IndicatorParams, type IndicatorType } from './catalogue.ts';
import type { Figure } from './formula.ts';
import { createMachine } from './machine.ts';
import type { IndicatorBar, IndicatorState } from './model.ts';

interface StandardIndicator {
  readonly type: IndicatorType;
  readonly params?: IndicatorParams;
  /** In the order of its outputs. */
  readonly columns: readonly string[];
}

const STANDARD: readonly StandardIndicator[] = [
  { type: 'sma', params: { period: 20 }, columns: ['sma_20'] },
  { type: 'sma', params: { period: 50 }, columns: ['sma_50'] },
  { type: 'sma', params: { period: 200 }, columns: ['sma_200'] },
  { type: 'ema', params: { period: 12 }, columns: ['ema_12'] },
  { type: 'ema', params: { period: 26 }, columns: ['ema_26'] },
  { type: 'wma', params: { period: 20 }, columns: ['wma_20'] },
  { type: 'rsi', params: { period: 14 }, columns: ['rsi_14'] },
  { type: 'macd', columns: ['macd', 'macd_signal', 'macd_histogram'] },
  {
    type: 'bollinger',
    columns: ['bb_upper', 'bb_middle', 'bb_lower', 'bb_bandwidth', 'bb_percent_b'],
  },
  { type: 'atr', params: { period: 14 }, columns: ['atr_14'] },
  { type: 'vwap', columns: ['vwap'] },
  { type: 'roc', params: { period: 12 }, columns: ['roc_12'] },
  { type: 'momentum', params: { period: 10 }, columns: ['momentum_10'] },
  { type: 'williams_r', params: { period: 14 }, columns: ['williams_r_14'] },
  { type: 'stochastic', columns: ['stoch_k', 'stoch_d'] },
  { type: 'stddev', params: { period: 20 }, columns: ['stddev_20'] },
  { type: 'keltner', columns: ['keltner_upper', 'keltner_middle', 'keltner_lower'] },
  { type: 'volatility', params: { period: 20 }, columns: ['volatility_20'] },
];

/** In the order of the figures of a {@link StandardSet}. */
export const STANDARD_COLUMNS: readonly string[] = STANDARD.flatMap(({ columns }) => columns);

/** All of them over one series of bars, sharing what they look back at. */
export interface StandardSet {
  update(bar: IndicatorBar): readonly Figure[];
  replace(bar: IndicatorBar): readonly Figure[];
  state(): IndicatorState;
}

/**
 * @param barsPerYear what the volatility is annualised with
 * @param state what `state` gave; the set goes on from there
 */
export function createStandardSet(barsPerYear: number, state?: IndicatorState): StandardSet {
  const machine = createMachine(
    STANDARD.map(({ type, params }) =>
      formulaFactory(type, type === 'volatility' ? { ...params, bars_per_year: barsPerYear } : params),
    ),
    state,
  );
  return {
    update: (bar) => machine.update(bar).flat(),
    replace: (bar) => machine.replace(bar).flat(),
    state: machine.state,
  };
}

const DAY_MINUTES = 24 * 60;
/** Of the usual session of an exchange: six and a half hours. */
const SESSION_MINUTES = 390;

/**
 * By convention: 365 days a year of what is always traded, 260 of currencies, around the clock both, and 252
 * sessions of an exchange, of six and a half hours each.
 * @param minutes of a bar; absent: bars of trading days
 */
export function barsPerYear(exchange: string, minutes?: number): number {
  const always = exchange === '24x7' || exchange === 'FX';
  const days = exchange === '24x7' ? 365 : exchange === 'FX' ? 260 : 252;
  return minutes === undefined ? days : (days * (always ? DAY_MINUTES : SESSION_MINUTES)) / minutes;
}

/** Of the bars of a tier. */
export function tierBarsPerYear(exchange: string, tier: 'intraday' | 'historical'): number {
  return barsPerYear(exchange, tier === 'intraday' ? 5 : undefined);
}

/** How each indicator is made: its formula, parameters with their bounds, and how many bars it needs. */
import { ema, macd, sma, wma } from './averages.ts';
import { atr, bollinger, historicalVolatility, keltner, standardDeviation } from './bands.ts';
import type { FormulaFactory } from './machine.ts';
import { momentum, rateOfChange, rsi, stochastic, williamsR } from './oscillators.ts';
import { vwap } from './vwap.ts';

export interface IndicatorParameter {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

export interface Recipe {
  readonly description: string;
  readonly parameters: readonly IndicatorParameter[];
  readonly outputs: readonly string[];
  /** Parameters in the order of `parameters`. */
  readonly create: (...params: number[]) => FormulaFactory;
  /** Bars until every output has a value. */
  readonly warmUp: (...params: number[]) => number;
  /**
   * How slowly it forgets: the part of an average that a bar later still is the old one. Nothing for a
   * formula over a window, which forgets at once.
   */
  readonly keeps?: (...params: number[]) => number;
  /** Counts from the beginning of the session. */
  readonly ofSession?: true;
}

const MAX_PERIOD = 500;
const VALUE = ['value'] as const;
const period = (preset: number, min = 1, name = 'period'): IndicatorParameter => ({
  name,
  default: preset,
  min,
  max: MAX_PERIOD,
  whole: true,
});
const factor = (preset: number, name = 'multiplier'): IndicatorParameter => ({
  name,
  default: preset,
  min: 0.1,
  max: 10,
  whole: false,
});
const emaKeeps = (count: number) => 1 - 2 / (count + 1);
const wilderKeeps = (count: number) => 1 - 1 / count;

export const RECIPES = {
  sma: recipe({
    description: 'Simple moving average of closes',
    parameters: [period(20)],
    outputs: VALUE,
    create: (n) => () => sma(n),
    warmUp: (n) => n,
  }),
  ema: recipe({
    description: 'Exponential moving average of closes, begun with the simple one',
    parameters: [period(20)],
    outputs: VALUE,
    create: (n) => (state) => ema(n, state),
    warmUp: (n) => n,
    keeps: (n) => emaKeeps(n),
  }),
  wma: recipe({
    description: 'Linearly weighted moving average of closes',
    parameters: [period(20)],
    outputs: VALUE,
    create: (n) => () => wma(n),
    warmUp: (n) => n,
  }),
  rsi: recipe({
    description: 'Relative strength index, Wilder smoothing',
    parameters: [period(14)],
    outputs: VALUE,
    create: (n) => (state) => rsi(n, state),
    warmUp: (n) => n + 1,
    keeps: (n) => wilderKeeps(n),
  }),
  macd: recipe({
    description: 'Moving average convergence and divergence',
    parameters: [period(12, 1, 'fast'), period(26, 1, 'slow'), period(9, 1, 'signal')],
    outputs: ['macd', 'signal', 'histogram'],
    create: (fast, slow, signal) => (state) => macd(fast, slow, signal, state),
    warmUp: (fast, slow, signal) => Math.max(fast, slow) + signal - 1,
    keeps: (fast, slow, signal) => emaKeeps(Math.max(fast, slow, signal)),
  }),
  bollinger: recipe({
    description: 'Bollinger bands, population deviation, with bandwidth and %B',
    parameters: [period(20, 2), factor(2)],
    outputs: ['upper', 'middle', 'lower', 'bandwidth', 'percent_b'],
    create: (n, width) => () => bollinger(n, width),
    warmUp: (n) => n,
  }),
  atr: recipe({
    description: 'Average true range, Wilder smoothing',
    parameters: [period(14)],
    outputs: VALUE,
    create: (n) => (state) => atr(n, state),
    warmUp: (n) => n + 1,
    keeps: (n) => wilderKeeps(n),
  }),
  vwap: recipe({
    description: 'Volume-weighted average price of the session',
    parameters: [],
    outputs: VALUE,
    create: () => (state) => vwap(state),
    warmUp: () => 1,
    ofSession: true,
  }),
  roc: recipe({
    description: 'Rate of change of closes, per cent',
    parameters: [period(12)],
    outputs: VALUE,
    create: (n) => () => rateOfChange(n),
    warmUp: (n) => n + 1,
  }),
  momentum: recipe({
    description: 'Difference of closes',
    parameters: [period(10)],
    outputs: VALUE,
    create: (n) => () => momentum(n),
    warmUp: (n) => n + 1,
  }),
  williams_r: recipe({
    description: 'Williams %R, from -100 to 0',
    parameters: [period(14)],
    outputs: VALUE,
    create: (n) => () => williamsR(n),
    warmUp: (n) => n,
  }),
  stochastic: recipe({
    description: 'Slow stochastic oscillator',
    parameters: [period(14), period(3, 1, 'smooth'), period(3, 1, 'signal')],
    outputs: ['k', 'd'],
    create: (n, smooth, signal) => (state) => stochastic(n, smooth, signal, state),
    warmUp: (n, smooth, signal) => n + smooth + signal - 2,
  }),
  stddev: recipe({
    description: 'Standard deviation of closes, population',
    parameters: [period(20, 2)],
    outputs: VALUE,
    create: (n) => () => standardDeviation(n),
    warmUp: (n) => n,
  }),
  keltner: recipe({
    description: 'Keltner channels: EMA of closes and average true ranges around it',
    parameters: [period(20), period(10, 1, 'atr'), factor(2)],
    outputs: ['upper', 'middle', 'lower'],
    create: (n, range, width) => (state) => keltner(n, range, width, state),
    warmUp: (n, range) => Math.max(n, range + 1),
    keeps: (n, range) => Math.max(emaKeeps(n), wilderKeeps(range)),
  }),
  volatility: recipe({
    description: 'Historical volatility: sample deviation of logarithmic returns, annualised',
    parameters: [
      period(20, 2),
      { name: 'bars_per_year', default: 252, min: 1, max: 1_000_000, whole: false },
    ],
    outputs: VALUE,
    create: (n, perYear) => () => historicalVolatility(n, perYear),
    warmUp: (n) => n + 1,
  }),
};

function recipe(definition: Recipe): Recipe {
  return definition;
}

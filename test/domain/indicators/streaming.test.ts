import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createIndicator,
  INDICATORS,
  restoreIndicator,
  warmUp,
} from '../../../domain/indicators/catalogue.ts';
import type { IndicatorBar, IndicatorState } from '../../../domain/indicators/model.ts';
import { barSeries, defaultParams, indicatorChoice } from './arbitrary.ts';
import { PLAIN } from './plain.ts';

const RUNS = { numRuns: 150 };

/** Differences of prices are as exact as the prices, not as themselves. */
function scaleOf(output: string, bars: readonly IndicatorBar[]): number {
  const ofPrices = ['value', 'macd', 'signal', 'histogram', 'upper', 'middle', 'lower'].includes(output);
  return ofPrices ? Math.max(100, ...bars.map((bar) => bar.high)) : 100;
}

function throughJson(state: IndicatorState): IndicatorState {
  return JSON.parse(JSON.stringify(state)) as IndicatorState;
}

describe('a streaming indicator', () => {
  it('gives what its plain definition gives over the whole series', () => {
    fc.assert(
      fc.property(indicatorChoice, barSeries({ maxLength: 120 }), ({ type, params }, bars) => {
        const indicator = createIndicator(type, params);
        const plain = PLAIN[type]!(bars, params);
        for (const [index, bar] of bars.entries()) {
          const streamed = indicator.update(bar);
          const defined = plain[index]!;
          expect(Object.keys(streamed)).toEqual(Object.keys(defined));
          for (const [output, figure] of Object.entries(streamed)) {
            const expected = defined[output] ?? null;
            if (figure === null || expected === null) expect(figure).toBe(expected);
            else {
              const tolerance = 1e-9 * Math.max(Math.abs(expected), output === 'percent_b' ? 1 : 0);
              // What cancels out in the definition itself is not to be asked for.
              const slack = 1e-12 * scaleOf(output, bars);
              expect(Math.abs(figure - expected)).toBeLessThanOrEqual(tolerance + slack);
            }
          }
        }
      }),
      RUNS,
    );
  });

  it('gives finite numbers or null, and the first of all its outputs when it is warm', () => {
    fc.assert(
      fc.property(indicatorChoice, barSeries({ minLength: 80, maxLength: 90 }), ({ type, params }, bars) => {
        const indicator = createIndicator(type, params);
        const warm = warmUp(type, params);
        for (const [index, bar] of bars.entries()) {
          const figures = Object.values(indicator.update(bar));
          for (const figure of figures) expect(figure === null || Number.isFinite(figure)).toBe(true);
          if (type === 'vwap') continue;
          expect(figures.every((figure) => figure !== null)).toBe(index + 1 >= warm);
        }
      }),
      RUNS,
    );
  });

  it('is the same after a last bar was replaced as if it had been that one from the start', () => {
    fc.assert(
      fc.property(
        indicatorChoice,
        barSeries({ minLength: 1, maxLength: 80 }),
        barSeries({ minLength: 80, maxLength: 80 }),
        ({ type, params }, bars, drafts) => {
          const replaced = createIndicator(type, params);
          const direct = createIndicator(type, params);
          for (const [index, bar] of bars.entries()) {
            replaced.update(drafts[index]!);
            replaced.replace(drafts.at(-1 - index)!);
            expect(replaced.replace(bar)).toEqual(direct.update(bar));
            expect(replaced.state()).toEqual(direct.state());
          }
        },
      ),
      RUNS,
    );
  });

  it('goes on from its state, kept as JSON, to the last bit', () => {
    fc.assert(
      fc.property(
        indicatorChoice,
        barSeries({ minLength: 2, maxLength: 100 }),
        fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
        ({ type, params }, bars, cuts) => {
          const whole = createIndicator(type, params);
          let cut = createIndicator(type, params);
          for (const [index, bar] of bars.entries()) {
            if (cuts[index]) cut = restoreIndicator(type, params, throughJson(cut.state()));
            expect(cut.update(bar)).toEqual(whole.update(bar));
          }
          const again = restoreIndicator(type, params, throughJson(cut.state()));
          expect(again.replace(bars[0]!)).toEqual(whole.replace(bars[0]!));
          expect(again.state()).toEqual(whole.state());
        },
      ),
      RUNS,
    );
  });

  it.each(INDICATORS)('$type keeps no more of a long series than of a short one', ({ type }) => {
    const indicator = createIndicator(type);
    const sizes: number[] = [];
    for (let index = 0; index < 2_000; index++) {
      indicator.update(priceAt(index));
      if (index >= 600) sizes.push(count(indicator.state()));
    }
    expect(new Set(sizes).size).toBe(1);
  });

  it.each(INDICATORS)('$type has no error that grows over 200,000 bars', ({ type }) => {
    const params = defaultParams(type);
    const indicator = createIndicator(type, params);
    const bars = 200_000;
    // From large prices down to small ones: what rounding left of the large ones would show.
    const at = (index: number) => scaled(priceAt(index), index < bars / 2 ? 1e9 : 1);
    let last = {};
    for (let index = 0; index < bars; index++) last = indicator.update(at(index));
    const tail = Array.from({ length: 20_000 }, (_, index) => at(bars - 20_000 + index));
    const plain = PLAIN[type]!(tail, params).at(-1)!;
    for (const [output, figure] of Object.entries(last)) {
      const expected = plain[output]!;
      expect(Math.abs(Number(figure) - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1));
    }
  });

  it.each(INDICATORS)('$type of a price that never moves is settled by convention', ({ type }) => {
    const indicator = createIndicator(type);
    const still = { open: 0.1, high: 0.1, low: 0.1, close: 0.1, volume: 7, session: 1 };
    let last = {};
    for (let index = 0; index < 300; index++) last = indicator.update({ time: index, ...still });
    expect(last).toEqual(STILL[type]);
  });
});

const STILL: Readonly<Record<string, Record<string, number>>> = {
  sma: { value: 0.1 },
  ema: { value: 0.1 },
  wma: { value: 0.1 },
  rsi: { value: 50 },
  macd: { macd: 0, signal: 0, histogram: 0 },
  bollinger: { upper: 0.1, middle: 0.1, lower: 0.1, bandwidth: 0, percent_b: 0.5 },
  atr: { value: 0 },
  vwap: { value: 0.1 },
  roc: { value: 0 },
  momentum: { value: 0 },
  williams_r: { value: -50 },
  stochastic: { k: 50, d: 50 },
  stddev: { value: 0 },
  keltner: { upper: 0.1, middle: 0.1, lower: 0.1 },
  volatility: { value: 0 },
};

/** A price that wanders, by sines of periods that never meet; a session every hundred bars. */
function priceAt(index: number): IndicatorBar {
  const price = (at: number) => 100 + 20 * Math.sin(at / 37) + 5 * Math.sin(at * 1.7) + Math.cos(at * 0.31);
  const [open, close] = [price(index - 1), price(index)];
  return {
    time: index * 60_000,
    open,
    high: Math.max(open, close) + 0.5,
    low: Math.min(open, close) - 0.5,
    close,
    volume: 1_000 + (index % 7) * 100,
    session: Math.floor(index / 100),
  };
}

function scaled(bar: IndicatorBar, by: number): IndicatorBar {
  return { ...bar, open: bar.open * by, high: bar.high * by, low: bar.low * by, close: bar.close * by };
}

function count(state: IndicatorState): number {
  return state.reduce<number>(
    (total, part) => total + (Array.isArray(part) ? count(part as IndicatorState) : 1),
    0,
  );
}

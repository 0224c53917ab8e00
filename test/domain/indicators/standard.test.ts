import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndicator } from '../../../domain/indicators/catalogue.ts';
import type { IndicatorState } from '../../../domain/indicators/model.ts';
import {
  barsPerYear,
  createStandardSet,
  STANDARD_COLUMNS,
  tierBarsPerYear,
} from '../../../domain/indicators/standard.ts';
import { barSeries } from './arbitrary.ts';

const column = (name: string) => STANDARD_COLUMNS.indexOf(name);

describe('the standard set', () => {
  it('gives to the bit what each of its indicators gives alone', () => {
    fc.assert(
      fc.property(barSeries({ minLength: 40, maxLength: 230 }), (bars) => {
        const set = createStandardSet(365);
        const alone = {
          sma_200: createIndicator('sma', { period: 200 }),
          rsi_14: createIndicator('rsi'),
          vwap: createIndicator('vwap'),
          volatility_20: createIndicator('volatility', { period: 20, bars_per_year: 365 }),
        };
        const macd = createIndicator('macd');
        for (const bar of bars) {
          const figures = set.update(bar);
          expect(figures).toHaveLength(STANDARD_COLUMNS.length);
          for (const [name, indicator] of Object.entries(alone)) {
            expect(figures[column(name)]).toBe(indicator.update(bar).value);
          }
          const { macd: line, signal, histogram } = macd.update(bar);
          expect(figures.slice(column('macd'), column('macd') + 3)).toEqual([line, signal, histogram]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('goes on from its state, and lets the last bar be replaced there', () => {
    fc.assert(
      fc.property(barSeries({ minLength: 3, maxLength: 230 }), fc.nat(), (bars, where) => {
        const cut = 1 + (where % (bars.length - 1));
        const whole = createStandardSet(365);
        for (const bar of bars.slice(0, cut)) whole.update(bar);
        const state = JSON.parse(JSON.stringify(whole.state())) as IndicatorState;
        const restored = createStandardSet(365, state);
        expect(restored.replace(bars[0]!)).toEqual(whole.replace(bars[0]!));
        for (const bar of bars.slice(cut)) expect(restored.update(bar)).toEqual(whole.update(bar));
        expect(restored.state()).toEqual(whole.state());
      }),
      { numRuns: 30 },
    );
  });

  it('knows how many bars a year has', () => {
    expect(barsPerYear('XNYS')).toBe(252);
    expect(barsPerYear('24x7')).toBe(365);
    expect(barsPerYear('FX', 60)).toBe(260 * 24);
    expect(tierBarsPerYear('XNAS', 'intraday')).toBe(252 * 78);
    expect(tierBarsPerYear('24x7', 'historical')).toBe(365);
  });
});

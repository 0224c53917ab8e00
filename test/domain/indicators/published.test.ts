import { describe, expect, it } from 'vitest';
import {
  createIndicator,
  type IndicatorParams,
  type IndicatorType,
} from '../../../domain/indicators/catalogue.ts';
import type { IndicatorBar, IndicatorValue } from '../../../domain/indicators/model.ts';
import { TA_LIB_BARS } from './ta-lib-series.ts';

function run(type: IndicatorType, params: IndicatorParams, bars: readonly IndicatorBar[]): IndicatorValue[] {
  const indicator = createIndicator(type, params);
  return bars.map((bar) => indicator.update(bar));
}

function ofCloses(closes: readonly number[]): IndicatorBar[] {
  return closes.map((close, time) => ({
    time,
    open: close,
    high: close,
    low: close,
    close,
    volume: 0,
    session: null,
  }));
}

/** Some are printed rounded and some cut off: what is left out is less than one of the last digit. */
function expectPrinted(figure: number | null | undefined, printed: string): void {
  const decimals = printed.split('.')[1]?.length ?? 0;
  expect(Math.abs(Number(figure) - Number(printed))).toBeLessThanOrEqual(1.01 * 10 ** -decimals);
}

describe('figures of the regression tests of TA-Lib (ta_regtest/ta_test_func)', () => {
  it.each([
    // test_rsi.c
    ['rsi', { period: 14 }, 'value', { 14: '49.14', 15: '52.32', 16: '46.07', 251: '49.63' }],
    // test_per_hlc.c
    [
      'williams_r',
      { period: 14 },
      'value',
      {
        13: '-90.1943',
        14: '-66.9903',
        24: '-89.2857',
        25: '-97.2602',
        26: '-71.5482',
        125: '0.0',
        251: '-59.1515',
      },
    ],
    // test_stoch.c
    ['stochastic', { period: 5, smooth: 3, signal: 3 }, 'k', { 8: '24.01', 251: '30.194' }],
    ['stochastic', { period: 5, smooth: 3, signal: 3 }, 'd', { 8: '36.254', 251: '43.69' }],
    ['stochastic', { period: 5, smooth: 3, signal: 4 }, 'd', { 9: '36.725', 251: '46.641' }],
    // test_mom.c
    [
      'momentum',
      { period: 14 },
      'value',
      { 14: '-0.50', 15: '-2.00', 16: '-5.22', 20: '-4.15', 21: '-5.12' },
    ],
    ['roc', { period: 14 }, 'value', { 14: '-0.546', 15: '-2.109', 16: '-5.53', 251: '-1.0367' }],
    // test_bbands.c
    ['bollinger', { period: 20, multiplier: 2 }, 'upper', { 19: '98.0734' }],
    ['bollinger', { period: 20, multiplier: 2 }, 'middle', { 19: '92.8910' }],
    ['bollinger', { period: 20, multiplier: 2 }, 'lower', { 19: '87.7086' }],
  ] as const)('%s %o %s', (type, params, output, printed) => {
    const values = run(type, params, TA_LIB_BARS);
    const first = Number(Object.keys(printed)[0]);
    // %K alone could be told earlier; TA-Lib begins with both.
    if (output !== 'k') expect(values[first - 1]?.[output]).toBeNull();
    for (const [index, figure] of Object.entries<string>(printed)) {
      expectPrinted(values[Number(index)]?.[output], figure);
    }
  });

  it('atr, in per cent of the close as NATR is (test_per_hlc.c)', () => {
    const values = run('atr', { period: 14 }, TA_LIB_BARS);
    const inPerCent = (index: number) => (values[index]!.value! / TA_LIB_BARS[index]!.close) * 100;
    expect(values[13]!.value).toBeNull();
    expectPrinted(inPerCent(14), '3.9321');
    expectPrinted(inPerCent(15), '3.7576');
    expectPrinted(inPerCent(251), '3.0229');
  });
});

describe('worked examples of the StockCharts ChartSchool', () => {
  it('rsi(14)', () => {
    const closes = [
      44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
      46.0328, 45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137,
      46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ];
    const printed =
      '70.53 66.32 66.55 69.41 66.36 57.97 62.93 63.26 56.06 62.38 54.71 50.42 39.99 41.46 41.87 45.46 37.30 33.08 37.77';
    const values = run('rsi', { period: 14 }, ofCloses(closes)).slice(14);
    for (const [index, figure] of printed.split(' ').entries()) expectPrinted(values[index]!.value, figure);
  });

  it('sma(10) and ema(10)', () => {
    const closes = [
      22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36,
      24.05, 23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.1, 23.33, 22.68, 23.1, 22.4, 22.17,
    ];
    const printed =
      '22.22 22.21 22.24 22.27 22.33 22.52 22.80 22.97 23.13 23.28 23.34 23.43 23.51 23.53 23.47 23.40 23.39 23.26 23.23 23.08 22.92';
    const values = run('ema', { period: 10 }, ofCloses(closes)).slice(9);
    for (const [index, figure] of printed.split(' ').entries()) expectPrinted(values[index]!.value, figure);
    expectPrinted(run('sma', { period: 10 }, ofCloses(closes))[9]!.value, '22.22');
    expectPrinted(run('sma', { period: 10 }, ofCloses(closes))[29]!.value, '23.13');
  });
});

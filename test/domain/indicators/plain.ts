/**
 * The indicators by their plain definitions over a whole series: what the streaming ones are held against.
 * Slow, and written without looking at them.
 */
import type { IndicatorBar } from '../../../domain/indicators/model.ts';

type Figures = Record<string, number | null>;
type Plain = (bars: readonly IndicatorBar[], params: Readonly<Record<string, number>>) => Figures[];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const closes = (bars: readonly IndicatorBar[]) => bars.map((bar) => bar.close);
const value = (values: readonly (number | null)[]) => values.map((one) => ({ value: one }));

/** `undefined` before there are `count` of them. */
function window<T>(values: readonly T[], index: number, count: number): readonly T[] | undefined {
  return index + 1 < count ? undefined : values.slice(index + 1 - count, index + 1);
}

function overWindows<T>(values: readonly T[], count: number, of: (window: readonly T[]) => number | null) {
  return values.map((_, index) => {
    const part = window(values, index, count);
    return part === undefined ? null : of(part);
  });
}

/** Of numbers that may begin late: the mean of the first `count`, then steps of `share`. */
function smoothed(values: readonly (number | null)[], count: number, share: number): (number | null)[] {
  const start = values.findIndex((one) => one !== null);
  let average = 0;
  return values.map((one, index) => {
    if (start < 0 || one === null || index < start + count - 1) return null;
    if (index === start + count - 1) average = mean(values.slice(start, index + 1) as number[]);
    else average = average * (1 - share) + one * share;
    return average;
  });
}

const emaOf = (values: readonly (number | null)[], count: number) => smoothed(values, count, 2 / (count + 1));

function deviation(values: readonly number[], freedom: number): number {
  const middle = mean(values);
  return Math.sqrt(sum(values.map((one) => (one - middle) ** 2)) / (values.length - freedom));
}

const isFlat = (values: readonly number[]) => values.every((one) => one === values[0]);

function trueRanges(bars: readonly IndicatorBar[]): (number | null)[] {
  return bars.map((bar, index) => {
    if (index === 0) return null;
    const before = bars[index - 1]!.close;
    return Math.max(bar.high - bar.low, Math.abs(bar.high - before), Math.abs(bar.low - before));
  });
}

const atrOf = (bars: readonly IndicatorBar[], count: number) => smoothed(trueRanges(bars), count, 1 / count);

function places(bars: readonly IndicatorBar[], count: number): (number | null)[] {
  return overWindows(bars, count, (part) => {
    const highest = Math.max(...part.map((bar) => bar.high));
    const lowest = Math.min(...part.map((bar) => bar.low));
    return highest === lowest ? 50 : ((part.at(-1)!.close - lowest) / (highest - lowest)) * 100;
  });
}

function meansOf(values: readonly (number | null)[], count: number): (number | null)[] {
  return overWindows(values, count, (part) => (part.includes(null) ? null : mean(part as number[])));
}

export const PLAIN: Readonly<Record<string, Plain>> = {
  sma: (bars, { period }) => value(overWindows(closes(bars), period!, mean)),
  ema: (bars, { period }) => value(emaOf(closes(bars), period!)),
  wma: (bars, { period }) =>
    value(
      overWindows(closes(bars), period!, (part) => {
        const weights = part.map((_, index) => index + 1);
        return sum(part.map((one, index) => one * weights[index]!)) / sum(weights);
      }),
    ),
  rsi(bars, { period }) {
    const changes = bars.map((bar, index) => (index === 0 ? null : bar.close - bars[index - 1]!.close));
    const gains = changes.map((one) => (one === null ? null : Math.max(one, 0)));
    const losses = changes.map((one) => (one === null ? null : Math.max(-one, 0)));
    const up = smoothed(gains, period!, 1 / period!);
    const down = smoothed(losses, period!, 1 / period!);
    return value(
      up.map((gain, index) => {
        if (gain === null) return null;
        const loss = down[index]!;
        if (gain === 0 && loss === 0) return 50;
        return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
      }),
    );
  },
  macd(bars, { fast, slow, signal }) {
    const quick = emaOf(closes(bars), fast!);
    const steady = emaOf(closes(bars), slow!);
    const line = quick.map((one, index) =>
      one === null || steady[index] === null ? null : one - steady[index]!,
    );
    const trigger = emaOf(line, signal!);
    return line.map((one, index) => ({
      macd: one,
      signal: trigger[index]!,
      histogram: trigger[index] === null ? null : one! - trigger[index]!,
    }));
  },
  bollinger: (bars, { period, multiplier }) =>
    closes(bars).map((close, index, all) => {
      const part = window(all, index, period!);
      if (part === undefined)
        return { upper: null, middle: null, lower: null, bandwidth: null, percent_b: null };
      const middle = mean(part);
      const reach = isFlat(part) ? 0 : multiplier! * deviation(part, 0);
      const [upper, lower] = [middle + reach, middle - reach];
      return {
        upper,
        middle,
        lower,
        bandwidth: middle === 0 ? null : (upper - lower) / middle,
        percent_b: reach === 0 ? 0.5 : (close - lower) / (upper - lower),
      };
    }),
  atr: (bars, { period }) => value(atrOf(bars, period!)),
  vwap: (bars) =>
    value(
      bars.map((bar, index) => {
        if (bar.session === null) return null;
        let first = index;
        while (first > 0 && bars[first - 1]!.session === bar.session) first--;
        const session = bars.slice(first, index + 1);
        const traded = sum(session.map((one) => one.volume));
        if (traded === 0) return null;
        return sum(session.map((one) => ((one.high + one.low + one.close) / 3) * one.volume)) / traded;
      }),
    ),
  roc: (bars, { period }) =>
    value(
      closes(bars).map((close, index, all) =>
        index < period! || all[index - period!] === 0 ? null : (close / all[index - period!]! - 1) * 100,
      ),
    ),
  momentum: (bars, { period }) =>
    value(closes(bars).map((close, index, all) => (index < period! ? null : close - all[index - period!]!))),
  williams_r: (bars, { period }) =>
    value(places(bars, period!).map((place) => (place === null ? null : place - 100))),
  stochastic(bars, { period, smooth, signal }) {
    const k = meansOf(places(bars, period!), smooth!);
    const d = meansOf(k, signal!);
    return k.map((one, index) => ({ k: one, d: d[index]! }));
  },
  stddev: (bars, { period }) =>
    value(overWindows(closes(bars), period!, (part) => (isFlat(part) ? 0 : deviation(part, 0)))),
  keltner(bars, { period, atr, multiplier }) {
    const middle = emaOf(closes(bars), period!);
    const range = atrOf(bars, atr!);
    return middle.map((one, index) => {
      const reach = range[index] ?? null;
      if (one === null || reach === null) return { upper: null, middle: null, lower: null };
      return { upper: one + multiplier! * reach, middle: one, lower: one - multiplier! * reach };
    });
  },
  volatility(bars, { period, bars_per_year }) {
    const returns = bars.map((bar, index) => {
      if (index === 0) return null;
      const before = bars[index - 1]!.close;
      return before > 0 && bar.close > 0 ? Math.log(bar.close / before) : 0;
    });
    return value(
      overWindows(returns, period!, (part) => {
        if (part.includes(null)) return null;
        const known = part as number[];
        return isFlat(known) ? 0 : deviation(known, 1) * Math.sqrt(bars_per_year!);
      }),
    );
  },
};

/** A line chart of a series, as text. */
import asciichart from 'asciichart';

const LABEL_WIDTH = 9;

/** Takes `width` points evenly from a series, its first and last among them. */
export function thin(series: readonly number[], width: number): number[] {
  if (series.length <= width) return [...series];
  const step = (series.length - 1) / (width - 1);
  return Array.from({ length: width }, (_, i) => series[Math.round(i * step)] ?? 0);
}

export interface ChartOptions {
  readonly width: number;
  readonly height?: number;
  /** Written under the left and the right end. */
  readonly from?: string;
  readonly to?: string;
}

/** The chart; empty text for a series of fewer than two points. */
export function chart(series: readonly number[], options: ChartOptions): string {
  const points = thin(series, Math.max(10, options.width - LABEL_WIDTH - 3));
  if (points.length < 2) return '';
  const height = options.height ?? 10;
  const drawn = asciichart.plot(points, {
    height,
    format: (value) => value.toFixed(3).padStart(LABEL_WIDTH),
  });
  const [from = '', to = ''] = [options.from, options.to];
  const gap = Math.max(1, points.length - from.length - to.length);
  const axis =
    from === '' && to === '' ? [] : [`${' '.repeat(LABEL_WIDTH + 2)}${from}${' '.repeat(gap)}${to}`];
  return [...drawn.split('\n').map((line) => line.trimEnd()), ...axis].join('\n');
}

/**
 * A picture of two versions of a portfolio's history: both values, and below them by how many basis points
 * the returns have come apart, with the events behind it.
 */
import type { EChartsCoreOption } from 'echarts/core';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import { clustered } from './marks.ts';
import type { Mark } from './marks.ts';
import { pictureSeries } from './series.ts';
import type { PictureSeries, Point } from './series.ts';

export interface ComparisonPicture {
  readonly title: string;
  readonly subtitle: string;
  /** Of the values. */
  readonly currency: string | null;
  /** What each side is called. */
  readonly names: { readonly before: string; readonly after: string };
  readonly before: readonly ReturnDay[];
  readonly after: readonly ReturnDay[];
  /** The first day that differs. */
  readonly firstChanged: Day | undefined;
  /** What changed it, the oldest first, each with a line of text. */
  readonly events: readonly { readonly day: Day; readonly text: string }[];
  /** How many more there are. */
  readonly moreEvents: number;
}

const WIDTH = 1_000;
const LEFT = 96;
const RIGHT = 32;
const VALUES = { top: 118, height: 270 };
const DIFFERENCE = { top: 462, height: 120 };
const EVENTS_TOP = 636;
const LINE = 20;
/** Events that have a line of text; the rest is counted. */
const MOST_EVENTS = 8;
/** Marks closer than this, in pixels, share a number. */
const MARK_WIDTH = 30;

const INK = '#1f2933';
const SOFT = '#616e7c';
const GRID = '#e4e7eb';
const BEFORE = '#9fb3c8';
const AFTER = '#1d4ed8';
const APART = '#c2410c';
const FONT = 'Helvetica, Arial, sans-serif';

/** @returns the picture as SVG. The library that draws it is large and loaded when it is first asked for. */
export async function drawComparison(picture: ComparisonPicture): Promise<string> {
  const { chartOf } = await import('./svg.ts');
  const series = pictureSeries(picture.before, picture.after, picture.firstChanged);
  const shown = picture.events.slice(0, MOST_EVENTS);
  const lines = eventLines(picture, shown.length);
  return chartOf(options(picture, series, lines), {
    width: WIDTH,
    height: EVENTS_TOP + Math.max(1, lines.length) * LINE + 16,
  });
}

function eventLines({ events, moreEvents }: ComparisonPicture, shown: number): string[] {
  const rest = events.length - shown + moreEvents;
  return [
    ...events.slice(0, shown).map(({ day, text }, i) => `${i + 1}   ${isoDate(day)}   ${text}`),
    ...(rest > 0 ? [`… and ${rest} more`] : []),
  ];
}

function options(
  picture: ComparisonPicture,
  series: PictureSeries | undefined,
  lines: readonly string[],
): EChartsCoreOption {
  const { currency } = picture;
  const text = (value: string, top: number, style: object, left = LEFT) => ({
    text: value,
    left,
    top,
    padding: 0,
    textStyle: { fontFamily: FONT, fontWeight: 'normal', color: INK, fontSize: 12, ...style },
  });
  const value = currency === null ? 'value' : `value, ${currency}`;
  return {
    animation: false,
    useUTC: true,
    backgroundColor: '#ffffff',
    title: [
      text(picture.title, 22, { fontSize: 20, fontWeight: 'bold' }),
      text(picture.subtitle, 52, { fontSize: 13, color: SOFT }),
      text(value, VALUES.top - 24, { color: SOFT }),
      text(differenceTitle(series), DIFFERENCE.top - 40, { color: SOFT }),
      ...(series ? [] : [text('No day to show.', VALUES.top + 20, { fontSize: 14 })]),
      ...lines.map((line, i) => text(line, EVENTS_TOP + i * LINE, {})),
    ],
    ...(series ? panels(picture, series) : {}),
  };
}

function differenceTitle(series: PictureSeries | undefined): string {
  const since = series ? ` since ${isoDate(series.first)}` : '';
  return `difference of the return${since}, basis points`;
}

function panels(picture: ComparisonPicture, series: PictureSeries) {
  const { names } = picture;
  const grid = ({ top, height }: typeof VALUES) => ({ left: LEFT, right: RIGHT, top, height });
  const label = { fontFamily: FONT, fontSize: 12, color: SOFT, hideOverlap: true };
  const time = (gridIndex: number, shown: boolean) => ({
    type: 'time',
    gridIndex,
    min: isoDate(series.first),
    max: isoDate(series.last),
    axisLine: { onZero: false, lineStyle: { color: SOFT } },
    axisTick: { show: shown },
    axisLabel: { ...label, show: shown, formatter: AXIS_DATES },
    splitLine: { show: true, lineStyle: { color: GRID } },
  });
  const amount = (gridIndex: number, splitNumber: number) => ({
    type: 'value',
    gridIndex,
    scale: gridIndex === 0,
    splitNumber,
    axisLabel: { ...label, formatter: grouped },
    splitLine: { lineStyle: { color: GRID } },
  });
  const line = (data: readonly Point[], color: string, width: number, panel: number) => ({
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    showSymbol: data.length < 2,
    color,
    lineStyle: { color, width },
  });
  const marks = marksOf(picture, series);
  return {
    legend: {
      top: VALUES.top - 28,
      right: RIGHT,
      icon: 'rect',
      itemWidth: 22,
      itemHeight: 4,
      // Room for fonts that are wider than the one the library reckons with.
      itemGap: 36,
      textStyle: { fontFamily: FONT, color: INK, fontSize: 12 },
      data: [names.before, names.after],
    },
    grid: [grid(VALUES), grid(DIFFERENCE)],
    xAxis: [time(0, false), time(1, true)],
    yAxis: [amount(0, 5), amount(1, 3)],
    series: [
      // The wide one lies beneath: where nothing changed it is the seam of the other.
      { ...line(series.before, BEFORE, 5, 0), name: names.before },
      { ...line(series.after, AFTER, 1.6, 0), name: names.after, markLine: markLine(marks, false) },
      {
        ...line(series.difference, APART, 1.6, 1),
        name: 'difference',
        areaStyle: { color: APART, opacity: 0.14 },
        markLine: markLine(marks, true),
      },
    ],
  };
}

/** Years are told where they begin, months and days where there is room. */
const AXIS_DATES = {
  year: '{yyyy}',
  month: '{MMM} {yyyy}',
  day: '{d} {MMM}',
  hour: '{d} {MMM}',
  minute: '{d} {MMM}',
};

function marksOf({ events }: ComparisonPicture, { first, last }: PictureSeries): Mark[] {
  const pixelsPerDay = (WIDTH - LEFT - RIGHT) / Math.max(1, last - first);
  const shown = events.slice(0, MOST_EVENTS).map(({ day }, i) => ({
    day: Math.min(Math.max(day, first), last),
    number: i + 1,
  }));
  return clustered(shown, MARK_WIDTH / pixelsPerDay);
}

function markLine(marks: readonly Mark[], labelled: boolean) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: SOFT, type: 'dashed', width: 1 },
    label: labelled
      ? { show: true, position: 'end', distance: 4, fontFamily: FONT, fontSize: 11, color: INK }
      : { show: false },
    data: marks.map(({ day, text }) => ({ xAxis: isoDate(day), label: { formatter: text } })),
  };
}

/** `1,234,567`; fractions where they are all there is. */
function grouped(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
}

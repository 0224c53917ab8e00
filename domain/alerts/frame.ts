/** The bars that a rule looks at: those of its interval, made of shorter ones as these close. */
import type { IndicatorBar } from '../indicators/model.ts';
import type { Calendar } from '../market/calendar.ts';
import { windowsOf } from '../market/windows.ts';
import type { WindowAt } from '../market/windows.ts';
import type { AlertInterval } from './condition.ts';

const MS_PER_DAY = 86_400_000;
const FIVE_MINUTES = 5 * 60_000;

export type BarInterval = Exclude<AlertInterval, 'tick'>;

export interface Frame {
  readonly windowAt: WindowAt;
  /** How long the bars are that come in; each is within one window. Milliseconds. */
  readonly barMs: number;
}

/** Of days when the interval is one, of five minutes otherwise. */
export function frameOf(interval: BarInterval, calendar: Calendar): Frame {
  if (interval !== '1day') return { windowAt: windowsOf(interval, calendar.timeZone), barMs: FIVE_MINUTES };
  return {
    windowAt: (ms) => ({
      start: ms,
      end: calendar.sessionOn(Math.floor(ms / MS_PER_DAY))?.settled ?? ms + MS_PER_DAY,
    }),
    barMs: Infinity,
  };
}

/** As JSON. */
export interface FrameBar {
  readonly bar: IndicatorBar;
  /** When its window ends. */
  readonly end: number;
  /** The start of the last bar it is made of. */
  readonly last: number;
}

/**
 * Adds a closed bar to the window that is open.
 * @returns the windows that are complete: one when a later one begins, and one when its last bar is in
 */
export function roll(
  { windowAt, barMs }: Frame,
  open: FrameBar | null,
  bar: IndicatorBar,
): { readonly complete: readonly FrameBar[]; readonly open: FrameBar | null } {
  const continues = open !== null && bar.time < open.end;
  const complete = open === null || continues ? [] : [open];
  const window = continues ? { start: open.bar.time, end: open.end } : windowAt(bar.time);
  const rolled: FrameBar = {
    bar: joined(continues ? open.bar : undefined, bar, window.start),
    end: window.end,
    last: bar.time,
  };
  return bar.time + barMs >= window.end
    ? { complete: [...complete, rolled], open: null }
    : { complete, open: rolled };
}

/** The bar of a window, of what there was of it and the next one. */
function joined(before: IndicatorBar | undefined, next: IndicatorBar, time: number): IndicatorBar {
  return {
    time,
    open: before?.open ?? next.open,
    high: Math.max(before?.high ?? next.high, next.high),
    low: Math.min(before?.low ?? next.low, next.low),
    close: next.close,
    volume: (before?.volume ?? 0) + next.volume,
    session: next.session ?? before?.session ?? null,
  };
}

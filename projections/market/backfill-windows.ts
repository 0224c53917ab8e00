/** Which bars an exchange's calendar makes one expect, and where among them there are holes. */
import type { Day } from '../../domain/dates.ts';
import type { Calendar } from '../../domain/market/calendar.ts';
import { DAY_MS, FIVE_MINUTES_MS } from './provider.ts';
import type { BarInterval } from './provider.ts';

/** The place of one bar. Unix milliseconds. */
export interface BarWindow {
  readonly start: number;
  /** Where the next bar may begin; of a trading day, midnight of UTC after it. */
  readonly end: number;
  /** When it is over; of a trading day, when its session is settled. */
  readonly closesAt: number;
  readonly session: Day;
}

/** Neighbouring holes, to be asked for at once. */
export interface HoleRange {
  readonly from: number;
  /** After the last of them. */
  readonly to: number;
  readonly holes: number;
}

/** So many days are looked at together: some 9,000 windows of five minutes at most. */
const DAYS_AT_ONCE = 30;

/**
 * The bars of the sessions of some days, in ascending order, as far as they are over: of an open bar nobody
 * can say what it will be. In lists of bounded size.
 */
export function* windowsBetween(
  calendar: Calendar,
  interval: BarInterval,
  { from, to, now }: { readonly from: Day; readonly to: Day; readonly now: number },
): Generator<BarWindow[]> {
  for (let first = from; first <= to; first += DAYS_AT_ONCE) {
    const windows: BarWindow[] = [];
    for (const session of calendar.sessionsBetween(first, Math.min(first + DAYS_AT_ONCE - 1, to))) {
      if (interval === '1day') {
        const start = session.date * DAY_MS;
        windows.push({ start, end: start + DAY_MS, closesAt: session.settled, session: session.date });
        continue;
      }
      const opening = Math.floor(session.open / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
      for (let start = opening; start < session.close; start += FIVE_MINUTES_MS) {
        const end = start + FIVE_MINUTES_MS;
        windows.push({ start, end, closesAt: end, session: session.date });
      }
    }
    const over = windows.filter(({ closesAt }) => closesAt <= now);
    if (over.length > 0) yield over;
  }
}

/**
 * The windows inside a range that was asked for. Sessions of UTC's next and former day may lie in it, since
 * exchanges have dates of their own.
 */
export function windowsIn(
  calendar: Calendar,
  interval: BarInterval,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): BarWindow[] {
  const days = { from: Math.floor(from / DAY_MS) - 1, to: Math.floor(to / DAY_MS) + 1, now };
  return [...windowsBetween(calendar, interval, days)]
    .flat()
    .filter(({ start }) => start >= from && start < to);
}

/** Gathers holes into ranges. */
export interface HoleGatherer {
  /** The next window in ascending order. */
  see(window: BarWindow, isHole: boolean): void;
  finish(): HoleRange[];
}

/**
 * @param most holes and what is between them, in one range
 * @param spanning whether a range may reach over bars that are there: where asking for them costs nothing
 */
export function gatherHoles(most: number, spanning: boolean): HoleGatherer {
  const ranges: HoleRange[] = [];
  let open: { from: number; to: number; holes: number; span: number } | undefined;
  const close = (): void => {
    if (open) ranges.push({ from: open.from, to: open.to, holes: open.holes });
    open = undefined;
  };
  return {
    see(window, isHole) {
      if (open) {
        open.span += 1;
        if (open.span > most) close();
      }
      if (!isHole) {
        if (!spanning) close();
        return;
      }
      if (open) {
        open.to = window.end;
        open.holes += 1;
      } else open = { from: window.start, to: window.end, holes: 1, span: 1 };
    },
    finish() {
      close();
      return ranges;
    },
  };
}

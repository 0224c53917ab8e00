/** Reads bars of any interval: stored ones, longer ones rolled up from them, minutes made of ticks. */
import type { CalendarOf } from '../../domain/market/calendars/calendars.ts';
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/market/calendars/zone.ts';
import type { Calendar } from '../../domain/market/calendar.ts';
import { rollUp } from '../../domain/market/roll-up.ts';
import type { Bar } from '../../domain/market/roll-up.ts';
import { INTERVAL_MINUTES, windowsOf } from '../../domain/market/windows.ts';
import type { IntradayInterval, WindowAt } from '../../domain/market/windows.ts';
import type { BarQuery, BarReader, ServedBar } from '../../projections/market/bars.ts';
import type { Database } from '../database/queryable.ts';
import {
  firstDailyBars,
  firstFiveMinuteBars,
  lastDailyBars,
  lastFiveMinuteBars,
  minuteAfterFirst,
  minuteBeforeLast,
  minuteBars,
} from './bar-rows.ts';

export interface BarReaderOptions {
  readonly database: Database;
  readonly calendarOf: CalendarOf;
  /** Unix milliseconds: what ends after it is open. */
  readonly now: () => number;
}

/** The years that a timestamp may be of. */
const BEGINNING = Date.UTC(1800, 0, 1);
const END = Date.UTC(9999, 0, 1);
/** Rows in one read, however long the windows are. */
const PAGE_ROWS = 20_000;

/** What the readers below need: the range with both its ends, of the symbol as it is stored. */
interface Range {
  readonly symbolNo: number;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** From `from` on rather than back from `to`. */
  readonly forward: boolean;
}

export function createBarReader({ database, calendarOf, now }: BarReaderOptions): BarReader {
  async function read(range: Range, interval: BarQuery['interval'], calendar: Calendar): Promise<Bar[]> {
    if (interval === '1day') {
      // From a moment within a day on, the bars of the days after it.
      return (range.forward ? firstDailyBars : lastDailyBars)(database, range);
    }
    const windowAt = windowsOf(interval, calendar.timeZone);
    const first = windowAt(range.from);
    const whole: Range = {
      ...range,
      from: first.start >= range.from ? first.start : first.end,
      to: windowAt(range.to - 1).end,
    };
    if (interval === '1min') return minutes(database, whole);
    return rolledUp(database, whole, windowAt, interval);
  }

  function served(bars: readonly Bar[], interval: BarQuery['interval'], calendar: Calendar): ServedBar[] {
    const present = now();
    const endOf = ends(interval, calendar);
    return bars.map((bar, index) => {
      const end = endOf(bar.time);
      const session = interval === '1min' ? (calendar.sessionAt(bar.time)?.date ?? null) : bar.session;
      return { ...bar, session, end, isOpen: index === bars.length - 1 && end > present };
    });
  }

  return {
    async bars({ symbol, interval, start, end, limit }) {
      const [row] = await database.query<{ symbol_no: number; exchange: string }>(
        'select symbol_no, exchange from public.symbols where symbol = $1',
        [symbol],
      );
      if (!row) return undefined;
      const calendar = calendarOf(row.exchange);
      const range = {
        symbolNo: row.symbol_no,
        from: Math.max(start ?? BEGINNING, BEGINNING),
        to: Math.min(end ?? END, END),
        limit,
        forward: start !== undefined,
      };
      const bars = range.from < range.to ? await read(range, interval, calendar) : [];
      return { symbol, exchange: row.exchange, bars: served(bars, interval, calendar) };
    },
  };
}

/** When the bar that begins at an instant is over. */
function ends(interval: BarQuery['interval'], calendar: Calendar): (time: number) => number {
  if (interval !== '1day') {
    const windowAt = windowsOf(interval, calendar.timeZone);
    return (time) => windowAt(time).end;
  }
  // A provider may have bars of days on which the calendar knows no trading.
  return (time) => calendar.sessionOn(time / MS_PER_DAY)?.settled ?? time + MS_PER_DAY;
}

/** Bars of five minutes and more, in pages, until there are enough of them. */
async function rolledUp(
  database: Database,
  range: Range,
  windowAt: WindowAt,
  interval: IntradayInterval,
): Promise<Bar[]> {
  const { limit, forward } = range;
  const perWindow = INTERVAL_MINUTES[interval] / INTERVAL_MINUTES['5min'];
  const pageRows = Math.min((limit + 1) * perWindow, PAGE_ROWS);
  const readPage = forward ? firstFiveMinuteBars : lastFiveMinuteBars;
  let { from, to } = range;
  let bars: Bar[] = [];
  // One more than asked for: the outermost may be cut by the page.
  while (bars.length <= limit) {
    const page = await readPage(database, { symbolNo: range.symbolNo, from, to, limit: pageRows });
    bars = forward ? rollUp([...bars, ...page], windowAt) : rollUp([...page, ...bars], windowAt);
    if (page.length < pageRows) break;
    if (forward) from = page.at(-1)!.time + 1;
    else to = page[0]!.time;
  }
  return forward ? bars.slice(0, limit) : bars.slice(-limit);
}

/** Ticks of one stretch where there are few to a minute. */
const STRETCH_TICKS = 10_000;

/**
 * Bars of a minute: from the next tick on as many minutes as are wanted. Where most of these have none, as
 * far as so many ticks reach, whatever the time between them; so no read is much larger than its result.
 */
async function minutes(database: Database, range: Range): Promise<Bar[]> {
  const { symbolNo, limit, forward } = range;
  const minuteBeyond = (from: number, to: number, ticks: number) =>
    (forward ? minuteAfterFirst : minuteBeforeLast)(database, { symbolNo, from, to, limit: ticks });
  let { from, to } = range;
  let bars: Bar[] = [];
  let sparse = false;
  for (let wanted = limit; wanted > 0; wanted = limit - bars.length) {
    const minute = await minuteBeyond(from, to, sparse ? STRETCH_TICKS : 0);
    // Fewer ticks than that are left, or none.
    if (minute === undefined && !sparse) break;
    const width = (sparse ? 1 : wanted) * MS_PER_MINUTE;
    const part = forward
      ? { from, to: minute === undefined ? to : Math.min(to, minute + width) }
      : { from: minute === undefined ? from : Math.max(from, minute + MS_PER_MINUTE - width), to };
    const more = await minuteBars(database, { symbolNo, ...part });
    bars = forward ? [...bars, ...more] : [...more, ...bars];
    if (minute === undefined) break;
    sparse = more.length < wanted / 4;
    if (forward) from = part.to;
    else to = part.from;
  }
  return forward ? bars.slice(0, limit) : bars.slice(-limit);
}

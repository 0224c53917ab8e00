/**
 * Fills the holes in the bars of a symbol from a provider. Holes are found by the calendar of the exchange,
 * and only they are asked for. What each request brings is committed by itself, so that a run that is
 * stopped anywhere is taken up again by running it once more.
 */
import type { Calendar } from '../../domain/market/calendar.ts';
import type { CalendarOf } from '../../domain/market/calendars/calendars.ts';
import type { Day } from '../../domain/dates.ts';
import { fillRange } from './backfill-fill.ts';
import type { BackfillStore, KnownSymbol, TimeRange } from './backfill-store.ts';
import { gatherHoles, windowsBetween } from './backfill-windows.ts';
import type { HoleRange } from './backfill-windows.ts';
import { TIER_OF } from './provider.ts';
import type { BarFault, BarInterval, BarProvider } from './provider.ts';

export interface BackfillRequest {
  /** Normalised. */
  readonly symbol: string;
  /** Of a symbol that is not known yet. */
  readonly exchange: string;
  readonly interval: BarInterval;
  /** The exchange's dates, both included. */
  readonly from: Day;
  readonly to: Day;
  /** Of those days only the bars that touch this. */
  readonly within?: TimeRange;
  /** Asks also for what the provider had nothing for before. */
  readonly again?: boolean;
}

/** The holes of one symbol. */
export interface BackfillPlan {
  readonly request: BackfillRequest;
  /** Whose calendar it is, as the symbol is or will be known. */
  readonly exchange: string;
  readonly calendar: Calendar;
  readonly known: KnownSymbol | undefined;
  /** Bars that the calendar makes one expect, and those that are there. */
  readonly expected: number;
  readonly present: number;
  /** Holes to be asked for; besides them, those that the provider is known to have nothing for. */
  readonly holes: number;
  readonly knownAbsent: number;
  /** The holes as they lie, and as they are asked for. */
  readonly gaps: readonly HoleRange[];
  readonly ranges: readonly HoleRange[];
}

export interface BackfillCounts {
  readonly requests: number;
  readonly inserted: number;
  /** Holes that the provider had nothing for. */
  readonly absent: number;
  /** Rows that are no bar, or a bar that cannot be. */
  readonly bad: number;
  /** Bars besides those wanted, left out. */
  readonly outside: number;
}

export interface BackfillRun {
  readonly provider: BarProvider;
  /** Ends the run after what is being stored; it resolves with what was done. */
  readonly signal?: AbortSignal;
  readonly onFault?: (fault: BarFault) => void;
  /** After each request: holes asked for, of all, and bars stored. */
  readonly onProgress?: (done: number, total: number, inserted: number) => void;
}

export interface Backfill {
  /** Finds the holes; asks and writes nothing. */
  plan(
    request: BackfillRequest,
    provider: Pick<BarProvider, 'name' | 'maxBars' | 'remote'>,
  ): Promise<BackfillPlan>;
  /** @throws ProviderError; everything up to then is stored */
  run(plan: BackfillPlan, run: BackfillRun): Promise<BackfillCounts>;
}

export interface BackfillOptions {
  readonly store: BackfillStore;
  readonly calendarOf: CalendarOf;
  /** The exchanges of symbols that an operator named. */
  readonly exchangeOf?: ReadonlyMap<string, string>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function createBackfill({ store, calendarOf, exchangeOf, now }: BackfillOptions): Backfill {
  return {
    plan: (request, provider) => planHoles(request, provider),
    run: (plan, run) => fillHoles(plan, run),
  };

  async function planHoles(
    request: BackfillRequest,
    provider: Pick<BarProvider, 'name' | 'maxBars' | 'remote'>,
  ): Promise<BackfillPlan> {
    const known = await store.find(request.symbol);
    const exchange = known?.exchange ?? exchangeOf?.get(request.symbol) ?? request.exchange;
    const calendar = calendarOf(exchange);
    const { interval, from, to, within, again = false } = request;
    const tier = TIER_OF[interval];
    const gaps = gatherHoles(Infinity, false);
    const ranges = gatherHoles(provider.maxBars, !provider.remote);
    const sums = { expected: 0, present: 0, holes: 0, knownAbsent: 0 };
    for (const all of windowsBetween(calendar, interval, { from, to, now: now() })) {
      const windows = within ? all.filter(({ start, end }) => end > within.from && start < within.to) : all;
      if (windows.length === 0) continue;
      const range = { from: windows[0]!.start, to: windows.at(-1)!.end };
      const there = new Set(known ? await store.present(known.symbolNo, tier, range) : []);
      const absences =
        known && !again ? await store.absences(known.symbolNo, tier, provider.name, range) : [];
      let next = 0;
      for (const window of windows) {
        while (next < absences.length && absences[next]!.to <= window.start) next += 1;
        const present = there.has(window.start);
        const absent = !present && next < absences.length && absences[next]!.from <= window.start;
        sums.expected += 1;
        if (present) sums.present += 1;
        else if (absent) sums.knownAbsent += 1;
        else sums.holes += 1;
        gaps.see(window, !present && !absent);
        ranges.see(window, !present && !absent);
      }
    }
    return { request, exchange, calendar, known, ...sums, gaps: gaps.finish(), ranges: ranges.finish() };
  }

  async function fillHoles(plan: BackfillPlan, run: BackfillRun): Promise<BackfillCounts> {
    const { request, calendar, ranges, holes } = plan;
    const counts = { requests: 0, inserted: 0, absent: 0, bad: 0, outside: 0 };
    const stopping = (): boolean => run.signal?.aborted === true;
    if (ranges.length === 0 || stopping()) return counts;
    const { symbolNo } = plan.known ?? (await store.register(request.symbol, plan.exchange));
    let done = 0;
    for (const range of ranges) {
      if (stopping()) break;
      const filled = await fillRange({ store, symbolNo, request, calendar, range, run, now: now() });
      if (filled === 'stopped') break;
      counts.requests += 1;
      counts.inserted += filled.inserted;
      counts.absent += filled.absent;
      counts.bad += filled.bad;
      counts.outside += filled.outside;
      done += range.holes;
      run.onProgress?.(done, holes, counts.inserted);
    }
    return counts;
  }
}

/** One request to a provider, and what of its answer is stored. */
import type { Calendar } from '../../domain/market/calendar.ts';
import type { BackfillCounts, BackfillRequest, BackfillRun } from './backfill.ts';
import { judgeBar } from './backfill-rules.ts';
import type { BackfillStore, FoundBar, TimeRange } from './backfill-store.ts';
import { windowsIn } from './backfill-windows.ts';
import type { BarWindow, HoleRange } from './backfill-windows.ts';
import { DAY_MS, FIVE_MINUTES_MS, ProviderError, TIER_OF } from './provider.ts';
import type { BarFault, ProviderBar } from './provider.ts';

export interface RangeToFill {
  readonly store: BackfillStore;
  readonly symbolNo: number;
  readonly request: BackfillRequest;
  readonly calendar: Calendar;
  readonly range: HoleRange;
  readonly run: BackfillRun;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Providers publish bars some time after they are over: that there is none yet is not taken for that there
 * will be none.
 */
const SETTLING_MS = DAY_MS;

/** @returns `stopped` when the run was told to end before the answer was there: nothing is stored then */
export async function fillRange(toFill: RangeToFill): Promise<Omit<BackfillCounts, 'requests'> | 'stopped'> {
  const { store, symbolNo, request, calendar, range, run, now } = toFill;
  const { symbol, interval } = request;
  const tier = TIER_OF[interval];
  const windows = windowsIn(calendar, interval, { from: range.from, to: range.to, now });
  const there = new Set(await store.present(symbolNo, tier, range));
  const answer = new Answer(toFill, windows, there);
  try {
    const { signal } = run;
    const batches = run.provider.bars({
      symbol,
      interval,
      from: range.from,
      to: range.to,
      onFault: (fault) => answer.refuse(fault),
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const bars of batches) for (const bar of bars) answer.take(bar);
  } catch (error) {
    if (run.signal?.aborted === true && error instanceof ProviderError && error.code === 'stopped')
      return 'stopped';
    throw error;
  }
  const missing = windows.filter(({ start }) => !there.has(start) && !answer.concerns(start));
  const inserted = await store.fill({
    symbolNo,
    tier,
    provider: run.provider.name,
    bars: answer.bars(),
    // Of an answer with bad rows nobody knows which bars those should have been.
    absent:
      run.provider.remote && answer.bad === 0
        ? rangesOf(windows, new Set(missing.filter(({ closesAt }) => closesAt <= now - SETTLING_MS)))
        : [],
  });
  return { inserted, absent: missing.length, bad: answer.bad, outside: answer.outside };
}

/** Neighbours among the windows as ranges. */
function rangesOf(windows: readonly BarWindow[], chosen: ReadonlySet<BarWindow>): TimeRange[] {
  const ranges: { from: number; to: number }[] = [];
  let before: BarWindow | undefined;
  for (const window of windows) {
    const last = ranges.at(-1);
    if (chosen.has(window)) {
      if (last && before && last.to === before.end) last.to = window.end;
      else ranges.push({ from: window.start, to: window.end });
    }
    before = window;
  }
  return ranges;
}

/** What a provider answers, bar by bar. */
class Answer {
  bad = 0;
  outside = 0;
  readonly #range: RangeToFill;
  readonly #windows: ReadonlyMap<number, BarWindow>;
  readonly #there: ReadonlySet<number>;
  readonly #bars = new Map<number, FoundBar>();
  readonly #refused = new Set<number>();

  constructor(range: RangeToFill, windows: readonly BarWindow[], there: ReadonlySet<number>) {
    this.#range = range;
    this.#there = there;
    this.#windows = new Map(windows.map((window) => [window.start, window]));
  }

  refuse(fault: BarFault): void {
    this.bad += 1;
    this.#range.run.onFault?.(fault);
  }

  /** Whether something was given for a window, be it good or bad. */
  concerns(start: number): boolean {
    return this.#bars.has(start) || this.#refused.has(start);
  }

  bars(): FoundBar[] {
    return [...this.#bars.values()];
  }

  take(bar: ProviderBar): void {
    const { request, range } = this.#range;
    const start = this.#startOf(bar);
    if (start === undefined) return this.refuse({ where: bar.where, rule: 'needs a time of day' });
    if (start < range.from || start >= range.to) {
      this.outside += 1;
      return;
    }
    // A file is read over what is there already.
    if (this.#there.has(start)) return;
    if (request.interval === '5min' && start % FIVE_MINUTES_MS !== 0)
      return this.refuse({ where: bar.where, rule: `${iso(start)} is no multiple of five minutes` });
    const window = this.#windows.get(start);
    if (!window) {
      // Prices outside sessions are usual within days, and a fault where a day is given that never was.
      if (request.interval === '5min') this.outside += 1;
      else this.refuse({ where: bar.where, rule: `${iso(start).slice(0, 10)} is no trading day` });
      return;
    }
    const judged = judgeBar(bar);
    if (!judged.ok) {
      this.#refused.add(start);
      return this.refuse({ where: bar.where, rule: judged.rule });
    }
    if (this.#bars.has(start)) return this.refuse({ where: bar.where, rule: 'is there twice' });
    this.#bars.set(start, { ...judged.figures, start, closesAt: window.closesAt, session: window.session });
  }

  /** A moment that is midnight in UTC names that date; any other one the exchange's date at that moment. */
  #startOf({ when }: ProviderBar): number | undefined {
    const daily = this.#range.request.interval === '1day';
    if ('day' in when) return daily ? when.day * DAY_MS : undefined;
    if (!daily || when.at % DAY_MS === 0) return when.at;
    return this.#range.calendar.dateAt(when.at) * DAY_MS;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

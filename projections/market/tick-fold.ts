/**
 * What a batch of ticks comes to, given what is stored: which of them are new, how current prices change,
 * and what is added to which bars. Arrivals decide in their order, so that it does not matter how they were
 * cut into batches.
 */
import type { Day } from '../../domain/dates.ts';
import { addTick, barOf } from '../../domain/market/bar-delta.ts';
import type { BarDelta } from '../../domain/market/bar-delta.ts';
import type { Calendar, Session } from '../../domain/market/calendar.ts';
import type { Tick } from '../../domain/market/tick.ts';
import type { TickVerdict } from './tick-store.ts';

export const INTRADAY_MS = 300_000;

/** The current price of a symbol as stored, in units of 10^-8. */
export interface CurrentPrice {
  readonly price: bigint;
  /** Unix milliseconds; below zero when there is none yet. */
  readonly timestamp: number;
  readonly volume: bigint | undefined;
  readonly bid: bigint | undefined;
  readonly ask: bigint | undefined;
}

export interface StoredSymbol {
  readonly symbolNo: number;
  readonly symbol: string;
  readonly calendar: Calendar;
  readonly current: CurrentPrice;
}

export interface Change<S> {
  readonly of: S;
  readonly current: CurrentPrice;
}

export interface KeptTicks {
  readonly symbolNo: number;
  readonly ticks: readonly Tick[];
}

export interface FoldedBar {
  readonly symbolNo: number;
  /** Unix milliseconds: the start of its five minutes, or midnight UTC of its trading day. */
  readonly time: number;
  /** The trading day it belongs to; `undefined` outside sessions. */
  readonly date: Day | undefined;
  /** Unix milliseconds. */
  readonly closesAt: number;
  readonly delta: BarDelta;
}

export interface FoldedTicks<S> {
  readonly verdicts: readonly TickVerdict[];
  /** New ticks by symbol number, each symbol's in the order they came. */
  readonly kept: readonly KeptTicks[];
  /** Each change of a current price, in the order of the ticks. */
  readonly changes: readonly Change<S>[];
  /** The last change of each symbol, by symbol number. */
  readonly latest: readonly Change<S>[];
  /** By symbol number and time. */
  readonly intraday: readonly FoldedBar[];
  readonly historical: readonly FoldedBar[];
}

/** A symbol while its ticks are gone through. */
interface Folding<S> {
  readonly stored: S;
  latest: Change<S> | undefined;
  /** The latest time among its new ticks of this batch. */
  newestKept: number;
  readonly kept: Tick[];
  keptByTime: Map<number, Tick[]> | undefined;
  bar: IntradayBar | undefined;
  day: FoldedBar | undefined;
  readonly bars: Map<number, IntradayBar>;
  readonly days: Map<Day, FoldedBar>;
}

interface IntradayBar extends FoldedBar {
  readonly session: Session | undefined;
}

/** Ticks are compared word for word. */
function isSame(a: Tick, b: Tick): boolean {
  return (
    a.timestamp === b.timestamp &&
    a.price === b.price &&
    a.volume === b.volume &&
    a.bid === b.bid &&
    a.ask === b.ask
  );
}

/**
 * @param symbols of every symbol among the ticks what is stored
 * @param repeated the indexes of ticks that are stored already
 */
export function foldTicks<S extends StoredSymbol>(
  ticks: readonly Tick[],
  symbols: ReadonlyMap<string, S>,
  repeated: ReadonlySet<number>,
): FoldedTicks<S> {
  const folding = new Map<string, Folding<S>>();
  for (const [symbol, stored] of symbols) folding.set(symbol, begin(stored));
  const verdicts: TickVerdict[] = [];
  const changes: Change<S>[] = [];
  for (let i = 0; i < ticks.length; i++) {
    const tick = ticks[i]!;
    const of = folding.get(tick.symbol)!;
    if (repeated.has(i) || isKept(of, tick)) {
      verdicts.push('repeated');
      continue;
    }
    keep(of, tick);
    addToBars(of, tick);
    const before = of.latest?.current ?? of.stored.current;
    if (tick.timestamp < before.timestamp) {
      verdicts.push('late');
      continue;
    }
    verdicts.push('accepted');
    of.latest = { of: of.stored, current: following(before, tick) };
    changes.push(of.latest);
  }
  const all = [...folding.values()].sort((a, b) => a.stored.symbolNo - b.stored.symbolNo);
  return {
    verdicts,
    kept: all.map(({ stored, kept }) => ({ symbolNo: stored.symbolNo, ticks: kept })),
    changes,
    latest: all.flatMap(({ latest }) => latest ?? []),
    intraday: all.flatMap(({ bars }) => inOrder([...bars.values()])),
    historical: all.flatMap(({ days }) => inOrder([...days.values()])),
  };
}

function begin<S>(stored: S): Folding<S> {
  return {
    stored,
    latest: undefined,
    newestKept: -1,
    kept: [],
    keptByTime: undefined,
    bar: undefined,
    day: undefined,
    bars: new Map(),
    days: new Map(),
  };
}

function inOrder<B extends FoldedBar>(bars: B[]): B[] {
  return bars.length < 2 ? bars : bars.sort((a, b) => a.time - b.time);
}

/**
 * What a tick does not tell stays as it was: the volume, and bid and ask, of which one is not kept beside
 * another that came later.
 */
function following(before: CurrentPrice, { price, timestamp, volume, bid, ask }: Tick): CurrentPrice {
  const quoted = bid !== undefined || ask !== undefined;
  return {
    price,
    timestamp,
    volume: volume ?? before.volume,
    bid: quoted ? bid : before.bid,
    ask: quoted ? ask : before.ask,
  };
}

/** Whether the tick came before in this batch. Those in the order of time need no looking. */
function isKept<S>(of: Folding<S>, tick: Tick): boolean {
  if (tick.timestamp > of.newestKept) return false;
  if (!of.keptByTime) {
    of.keptByTime = new Map();
    for (const each of of.kept) index(of.keptByTime, each);
  }
  return of.keptByTime.get(tick.timestamp)?.some((each) => isSame(each, tick)) ?? false;
}

function keep<S>(of: Folding<S>, tick: Tick): void {
  of.kept.push(tick);
  if (of.keptByTime) index(of.keptByTime, tick);
  if (tick.timestamp > of.newestKept) of.newestKept = tick.timestamp;
}

function index(byTime: Map<number, Tick[]>, tick: Tick): void {
  const same = byTime.get(tick.timestamp);
  if (same) same.push(tick);
  else byTime.set(tick.timestamp, [tick]);
}

function addToBars<S extends StoredSymbol>(of: Folding<S>, tick: Tick): void {
  const { timestamp } = tick;
  const { calendar, symbolNo } = of.stored;
  const time = timestamp - (timestamp % INTRADAY_MS);
  if (of.bar?.time !== time) of.bar = of.bars.get(time);
  if (of.bar) addTick(of.bar.delta, tick);
  else {
    const session = calendar.sessionAt(time);
    of.bar = {
      symbolNo,
      time,
      date: session?.date,
      closesAt: time + INTRADAY_MS,
      delta: barOf(tick),
      session,
    };
    of.bars.set(time, of.bar);
  }
  const near = of.bar.session;
  const session = near && isIn(near, timestamp) ? near : calendar.sessionAt(timestamp);
  if (session) addToDay(of, session, tick);
}

function isIn({ open, settled }: Session, ms: number): boolean {
  return ms >= open && ms < settled;
}

const MS_PER_DAY = 86_400_000;

function addToDay<S extends StoredSymbol>(of: Folding<S>, { date, settled }: Session, tick: Tick): void {
  if (of.day?.date !== date) of.day = of.days.get(date);
  if (of.day) {
    addTick(of.day.delta, tick);
    return;
  }
  const { symbolNo } = of.stored;
  of.day = { symbolNo, time: date * MS_PER_DAY, date, closesAt: settled, delta: barOf(tick) };
  of.days.set(date, of.day);
}

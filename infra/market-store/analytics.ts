/** Brings the indicators of symbols forward: one transaction for a batch of them. */
import type { IndicatorBar } from '../../domain/indicators/model.ts';
import { tierBarsPerYear } from '../../domain/indicators/standard.ts';
import type { Advanced, AnalyticsStore } from '../../projections/market/analytics.ts';
import type { Checkpoint } from '../../projections/market/checkpoints.ts';
import { indicate } from '../../projections/market/indicate.ts';
import type { MarketEvent, Tier } from '../../projections/market/model.ts';
import type { Database, DatabaseTransaction } from '../database/database.ts';
import type { AlertHooks, ClosedBars } from './alert-hooks.ts';
import { readClosedBars } from './analytics-bars.ts';
import { type IndicatedSymbol, writeIndicated } from './analytics-rows.ts';

export interface AnalyticsStoreOptions {
  readonly database: Database;
  /**
   * Runs in the transaction, told of the bars that closed since last time, and from when on others were
   * amended. The first time of a symbol its bars are all there are. Its events are published after the commit.
   */
  readonly barHook?: AlertHooks['closedBars'];
  /** How many symbols a transaction takes at most, 100 by default. */
  readonly symbols?: number;
  /** How many bars it reads at most, about, 5,000 by default: ticks of its symbols wait for its end. */
  readonly bars?: number;
}

/** A symbol of the batch, its row in `bar_progress` locked. Times in Unix milliseconds. */
interface Wanting {
  readonly symbol_no: number;
  readonly symbol: string;
  readonly exchange: string;
  readonly newest: number;
  readonly closes_at: number;
  readonly dirty_from: number | null;
  readonly indicated_through: number | null;
}

/**
 * Symbols with an amended or a filled-in bar, with one that a later one has closed, or whose newest the clock
 * has closed. Whoever changes a bar holds the same row of `bar_progress` when it is committed: what is read
 * after this is everything up to `dirty_from` as it stands there, and what comes later sets it anew.
 */
const TAKE = `
  select p.symbol_no, s.symbol, s.exchange,
         (extract(epoch from p.newest) * 1000)::int8 as newest,
         (extract(epoch from p.closes_at) * 1000)::int8 as closes_at,
         (extract(epoch from p.dirty_from) * 1000)::int8 as dirty_from,
         (extract(epoch from p.indicated_through) * 1000)::int8 as indicated_through
  from public.bar_progress p
  join public.symbols s using (symbol_no)
  where p.tier = $1 and p.symbol_no > $3
    and (p.dirty_from < p.newest
         or p.closes_at <= $2 and (p.dirty_from is not null or p.indicated_through < p.newest
                                   or p.indicated_through is null))
  order by p.symbol_no
  limit $4
  for no key update of p skip locked`;

/**
 * A statement of its own: it has to see what the transaction before this one left, and the one that waits for
 * a row's lock does not.
 */
const CHECKPOINTS = `
  select w.symbol_no, c.state
  from unnest($2::integer[], $3::timestamptz[]) as w (symbol_no, first)
  cross join lateral (
    select state
    from public.indicator_checkpoints
    where symbol_no = w.symbol_no and tier = $1 and time < w.first
    order by time desc
    limit 1
  ) c`;

const NOTHING: Advanced = { symbols: 0, rows: 0, last: 0, events: [] };

export function createAnalyticsStore(options: AnalyticsStoreOptions): AnalyticsStore {
  const { database, barHook, symbols = 100, bars = 5_000 } = options;

  async function inTransaction(
    tx: DatabaseTransaction,
    tier: Tier,
    now: number,
    after: number,
  ): Promise<Advanced> {
    const taken = await tx.query<Wanting>(TAKE, [tier, new Date(now).toISOString(), after, symbols]);
    if (taken.length === 0) return NOTHING;
    const checkpoints = await readCheckpoints(tx, tier, taken);
    // At least one more than it goes forward: so it is known where to go on.
    const each = Math.max(1, Math.floor(bars / taken.length));
    const closed = await readClosedBars(
      tx,
      tier,
      taken.map((wanting) => ({
        symbolNo: wanting.symbol_no,
        after: checkpoints.get(wanting.symbol_no)?.at[1],
        before: wanting.newest + (wanting.closes_at <= now ? 1 : 0),
      })),
      each + 1,
    );
    const done = taken.map((wanting) =>
      advanced(wanting, {
        tier,
        now,
        checkpoint: checkpoints.get(wanting.symbol_no),
        read: closed.get(wanting.symbol_no) ?? [],
        each,
      }),
    );
    await writeIndicated(
      tx,
      tier,
      done.map(({ indicated }) => indicated),
    );
    const news = done.flatMap(({ closed: bars }) => bars ?? []);
    const events: readonly MarketEvent[] =
      barHook === undefined || news.length === 0 ? [] : await barHook(tx, news);
    return {
      symbols: taken.length,
      rows: done.reduce((sum, { indicated }) => sum + indicated.rows.length, 0),
      last: taken.length < symbols ? 0 : taken.at(-1)!.symbol_no,
      events,
    };
  }

  return {
    advance: (tier, now, after) =>
      database.transaction((tx) => inTransaction(tx, tier, now, after), { retries: 3 }),
  };
}

interface Done {
  readonly indicated: IndicatedSymbol;
  /** What is told of it; absent when nothing of it closed or was amended. */
  readonly closed: ClosedBars | undefined;
}

/** From here on bars want indicators. Those after the last that has them do, whether anybody said so or not. */
function firstWanted({ dirty_from: dirty, indicated_through: through }: Wanting): number {
  return Math.min(dirty ?? Infinity, through === null ? -Infinity : through + 1);
}

interface Material {
  readonly tier: Tier;
  readonly now: number;
  readonly checkpoint: Checkpoint | undefined;
  /** One more than `each` when there are more. */
  readonly read: readonly IndicatorBar[];
  readonly each: number;
}

function advanced(wanting: Wanting, { tier, now, checkpoint, read, each }: Material): Done {
  const { symbol_no: symbolNo, symbol, exchange, newest, closes_at, indicated_through: through } = wanting;
  const from = firstWanted(wanting);
  const bars = read.slice(0, each);
  const next = read[each]?.time;
  const indicated = indicate({ checkpoint, bars, from, barsPerYear: tierBarsPerYear(exchange, tier) });
  const fresh = bars.filter(({ time }) => time >= from && (through === null || time > through));
  const amended = through !== null && from <= through;
  return {
    indicated: {
      symbolNo,
      ...indicated,
      from,
      // With nothing left there is nothing to come back for, be it that a bar is gone.
      through: next === undefined && closes_at <= now ? newest : indicated.rows.at(-1)?.time,
      // The bars up to the first that changed may be more than one transaction takes.
      dirtyFrom: next === undefined ? undefined : Math.max(next, from),
    },
    closed:
      fresh.length === 0 && !amended
        ? undefined
        : { symbolNo, symbol, tier, bars: fresh, ...(amended ? { amendedFrom: from } : {}) },
  };
}

async function readCheckpoints(
  tx: DatabaseTransaction,
  tier: Tier,
  taken: readonly Wanting[],
): Promise<ReadonlyMap<number, Checkpoint>> {
  const rows = await tx.query<{ symbol_no: number; state: Checkpoint }>(CHECKPOINTS, [
    tier,
    taken.map((wanting) => wanting.symbol_no),
    taken
      .map((wanting) => firstWanted(wanting))
      .map((first) => (first === -Infinity ? '-infinity' : new Date(first).toISOString())),
  ]);
  return new Map(rows.map(({ symbol_no, state }) => [symbol_no, state]));
}

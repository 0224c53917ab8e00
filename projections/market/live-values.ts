/**
 * Values of portfolios, for those who watch them: made anew when the price of a holding changes or the
 * books do, at most once in `everyMs`, however many prices change.
 */
import { createFxTable } from '../../domain/books/fx.ts';
import type { FxTable, QuotedRates } from '../../domain/books/fx.ts';
import type { Logger } from '../logger.ts';
import type { MarketEvents, Snapshot } from './model.ts';
import { portfolioValue } from './portfolio-value.ts';
import type { Holdings, PortfolioValue } from './portfolio-value.ts';
import { compareSnapshots } from './snapshots.ts';
import type { SnapshotReads } from './snapshots.ts';

export type { PortfolioValue } from './portfolio-value.ts';

/** A value, or why there will be none: no such portfolio; as many watched as there may be. */
export type LiveNews = PortfolioValue | 'unknown' | 'busy';

export interface LiveValues {
  /**
   * The listener is called later, never before this returns: soon with the value, and after each change.
   * After anything but a value it is not called again.
   * @returns ends it
   */
  watch(portfolioId: string, listener: (news: LiveNews) => void): () => void;
  close(): void;
}

/** What the readers' tables hold of portfolios. */
export interface LiveBooks {
  /** The tags of those that exist. */
  tags(portfolioIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  holdings(portfolioIds: readonly string[]): Promise<Holdings[]>;
  /** The latest rate of every pair. */
  rates(): Promise<QuotedRates[]>;
}

export interface LiveValuesOptions {
  readonly books: LiveBooks;
  readonly snapshots: Pick<SnapshotReads, 'many'>;
  readonly events: Pick<MarketEvents, 'subscribe'>;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly maxPortfolios?: number;
  /** The least time between two values of a portfolio. */
  readonly everyMs?: number;
  /** How often the books are looked at for changes. */
  readonly refreshMs?: number;
}

interface Watched {
  readonly listeners: Set<(news: LiveNews) => void>;
  holdings: Holdings | undefined;
  loadedAt: number;
  changed: boolean;
}

/** Changes that leave no trace in a portfolio's tag, such as another symbol of a security, come so late. */
const RELOAD_MS = 30_000;
/** Values made in one turn. */
const TURN = 20;

export function createLiveValues(options: LiveValuesOptions): LiveValues {
  const { books, logger, now } = options;
  const { maxPortfolios = 1_000, everyMs = 250, refreshMs = 1_000 } = options;
  const watched = new Map<string, Watched>();
  const holders = new Map<string, Set<Watched>>();
  const prices = new Map<string, Snapshot>();
  let fx: FxTable = createFxTable([]);
  let timer: NodeJS.Timeout | undefined;
  let valuedAt = -Infinity;
  let refreshing: NodeJS.Timeout | undefined;
  let busy = false;
  let again = false;
  let closed = false;

  function learn(snapshots: readonly Snapshot[]): void {
    let any = false;
    for (const snapshot of snapshots) {
      const holding = holders.get(snapshot.symbol);
      if (!holding) continue;
      const known = prices.get(snapshot.symbol);
      if (known && compareSnapshots(snapshot, known) < 0) continue;
      prices.set(snapshot.symbol, snapshot);
      for (const each of holding) each.changed = true;
      any = true;
    }
    if (any) schedule();
  }

  function schedule(): void {
    if (timer || closed) return;
    timer = setTimeout(() => void revalue(), Math.max(0, valuedAt + everyMs - now())).unref();
  }

  async function revalue(): Promise<void> {
    valuedAt = now();
    let made = 0;
    for (const each of [...watched.values()]) {
      if (!each.changed || !each.holdings) continue;
      each.changed = false;
      value(each, each.holdings);
      if (++made % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    timer = undefined;
    if ([...watched.values()].some((each) => each.changed && each.holdings)) schedule();
  }

  function value(each: Watched, holdings: Holdings): void {
    try {
      const asOf = new Date(now()).toISOString();
      tell(
        each,
        portfolioValue(holdings, (symbol) => prices.get(symbol), fx, asOf),
      );
    } catch (error) {
      logger.error('a live value cannot be made', { portfolio_id: holdings.portfolio_id, error });
    }
  }

  function tell(each: Watched, news: LiveNews): void {
    for (const listener of [...each.listeners]) listener(news);
  }

  /** One at a time; what is asked for meanwhile is one more, afterwards. */
  async function refresh(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(refreshing);
    do {
      again = false;
      try {
        if (watched.size > 0) await look();
      } catch (error) {
        logger.warn('the live values cannot be read just now', { error });
      }
      // Not needed by the compiler, which does not see that watch() runs meanwhile.
    } while (again as boolean);
    busy = false;
    if (watched.size > 0 && !closed) refreshing = setTimeout(() => void refresh(), refreshMs).unref();
  }

  async function look(): Promise<void> {
    const ids = [...watched.keys()];
    const tags = await books.tags(ids);
    for (const id of ids) {
      const each = watched.get(id);
      if (!each || tags.has(id)) continue;
      remove(id, each);
      tell(each, 'unknown');
    }
    const stale = ids.filter((id) => {
      const each = watched.get(id);
      return each && (each.holdings?.tag !== tags.get(id) || now() - each.loadedAt >= RELOAD_MS);
    });
    if (stale.length === 0) return;
    const [holdings, rates] = [await books.holdings(stale), await books.rates()];
    fx = createFxTable(rates);
    const fresh = new Set<string>();
    for (const loaded of holdings) {
      const each = watched.get(loaded.portfolio_id);
      if (!each) continue;
      const [before, after] = [symbolsOf(each.holdings), symbolsOf(loaded)];
      each.holdings = loaded;
      each.loadedAt = now();
      each.changed = true;
      for (const symbol of after) {
        const holding = holders.get(symbol);
        if (holding) holding.add(each);
        else {
          holders.set(symbol, new Set([each]));
          fresh.add(symbol);
        }
      }
      for (const symbol of before) if (!after.has(symbol)) release(each, symbol);
    }
    // From here on changes are heard of, so that a read that begins now misses none.
    learn(await options.snapshots.many([...fresh]));
    schedule();
  }

  function release(each: Watched, symbol: string): void {
    const holding = holders.get(symbol);
    holding?.delete(each);
    if (holding?.size !== 0) return;
    holders.delete(symbol);
    prices.delete(symbol);
  }

  function remove(id: string, each: Watched): void {
    watched.delete(id);
    for (const symbol of symbolsOf(each.holdings)) release(each, symbol);
  }

  const end = options.events.subscribe((event) => {
    if (event.type === 'prices' && holders.size > 0) learn(event.snapshots);
  });

  return {
    watch(portfolioId, listener) {
      let each = watched.get(portfolioId);
      if (!each) {
        if (watched.size >= maxPortfolios) {
          queueMicrotask(() => listener('busy'));
          return () => undefined;
        }
        each = { listeners: new Set(), holdings: undefined, loadedAt: -Infinity, changed: false };
        watched.set(portfolioId, each);
        void refresh();
      } else {
        each.changed = true;
        schedule();
      }
      const mine = each;
      mine.listeners.add(listener);
      return () => {
        mine.listeners.delete(listener);
        if (mine.listeners.size === 0 && watched.get(portfolioId) === mine) remove(portfolioId, mine);
      };
    },
    close() {
      closed = true;
      end();
      clearTimeout(timer);
      clearTimeout(refreshing);
      watched.clear();
    },
  };
}

function symbolsOf(holdings: Holdings | undefined): Set<string> {
  return new Set(holdings?.positions.flatMap(({ symbol }) => symbol ?? []));
}

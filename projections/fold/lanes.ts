/**
 * Folds what is dirty, a few transactions of this process at a time.
 *
 * A price dirties thousands of portfolios at once, a trade one, and that one shall not wait for the others.
 * So portfolios with an event of their own come by turns with those that wait for something shared, and one
 * lane, the express, takes up nothing else. Neither kind can hold up the other for good.
 */
import { setTimeout as after } from 'node:timers/promises';
import { FRESH_CAUSES } from '../register/model.ts';
import type { Cause } from '../register/model.ts';
import { foldPortfolios } from './fold-portfolios.ts';
import type { FoldOutcome } from './fold-portfolios.ts';
import type { DirtyPortfolio, FoldStore } from './store.ts';

/** How many portfolios one look at the work takes in. */
const LOOK = 512;
/** How many marks one transaction folds: bounds what it holds in memory, and how long it holds up others. */
const MARKS_PER_TRANSACTION = 250;
const EXPRESS_LOOK = 64;
/** Milliseconds between looks of the express for events that another process registered. */
const EXPRESS_LOOK_MS = 25;

export interface LanesOptions {
  readonly store: FoldStore;
  /** Transactions at once. With one there is no express, and the two kinds take turns. */
  readonly count: number;
  /** The marks to take up; all, where none are given. */
  readonly causes?: readonly Cause[];
  readonly folded?: (outcome: FoldOutcome, seconds: number) => void;
}

export interface LanesProgress {
  /** Portfolios folded, and those known to be dirty with them. */
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

export interface Lanes {
  /**
   * Folds what is dirty now; what becomes dirty meanwhile only as far as the express sees it.
   * @param ending asked before each transaction: no more are begun once it says so
   */
  run(ending: () => boolean, onProgress?: (progress: LanesProgress) => void): Promise<LanesProgress>;
  /** Something was registered: the express looks at once. */
  nudge(): void;
}

/** What the lanes of one run share. */
interface Round {
  readonly ending: () => boolean;
  readonly report: () => void;
  queue: DirtyPortfolio[];
  /** Portfolios that other processes hold: they see to them. */
  readonly refused: Set<number>;
  /** A look has taken in all there was. */
  seenAll: boolean;
  looking: Promise<void> | undefined;
  done: number;
  rows: number;
  /** Of transactions under way, so that a long one shows that it goes on. */
  rowsUnderWay: number;
}

export function createLanes({ store, count, causes, folded }: LanesOptions): Lanes {
  /** Portfolios in the hands of a lane of this process. */
  const held = new Set<number>();
  const expressCauses = FRESH_CAUSES.filter((cause) => causes?.includes(cause) ?? true);
  const hasExpress = count > 1 && expressCauses.length > 0;
  let nudged: (() => void) | undefined;

  async function fold(round: Round, portfolios: readonly DirtyPortfolio[]): Promise<number> {
    const portfolioNos = portfolios.map(({ portfolioNo }) => portfolioNo);
    for (const portfolioNo of portfolioNos) held.add(portfolioNo);
    const started = performance.now();
    let written = 0;
    try {
      const outcome = await store.transaction((session) =>
        foldPortfolios(session, portfolioNos, (rows) => {
          round.rowsUnderWay += rows - written;
          written = rows;
          round.report();
        }),
      );
      folded?.(outcome, (performance.now() - started) / 1000);
      round.done += outcome.portfolios;
      round.rows += outcome.rows;
      return outcome.portfolios;
    } finally {
      round.rowsUnderWay -= written;
      for (const portfolioNo of portfolioNos) held.delete(portfolioNo);
      round.report();
    }
  }

  async function look(round: Round): Promise<void> {
    const dirty = await store.dirtyPortfolios({
      limit: LOOK,
      except: [...held, ...round.refused],
      ...(causes === undefined ? {} : { causes }),
    });
    round.seenAll = dirty.length < LOOK;
    round.queue = dirty;
  }

  /** Portfolios of one kind, the first in the queue; none when there are no more. */
  async function take(round: Round): Promise<DirtyPortfolio[]> {
    for (;;) {
      round.queue = round.queue.filter(({ portfolioNo }) => !held.has(portfolioNo));
      const [first] = round.queue;
      if (first) {
        const batch = batchOf(round.queue.filter(({ fresh }) => fresh === first.fresh));
        const taken = new Set(batch);
        round.queue = round.queue.filter((portfolio) => !taken.has(portfolio));
        return batch;
      }
      if (round.seenAll) return [];
      round.looking ??= look(round).finally(() => (round.looking = undefined));
      await round.looking;
    }
  }

  async function lane(round: Round): Promise<void> {
    while (!round.ending()) {
      const batch = await take(round);
      if (batch.length === 0) return;
      if ((await fold(round, batch)) < batch.length)
        for (const { portfolioNo } of batch) round.refused.add(portfolioNo);
    }
  }

  async function express(round: Round, over: () => boolean, end: Promise<void>): Promise<void> {
    let claimed = 0;
    while (!over()) {
      // The look that the others began with has seen what there was before.
      if (claimed === 0) await pause(end);
      if (over()) return;
      const dirty = await store.dirtyPortfolios({
        limit: EXPRESS_LOOK,
        except: [...held],
        causes: expressCauses,
      });
      const batch = batchOf(dirty.filter(({ portfolioNo }) => !held.has(portfolioNo)));
      claimed = batch.length === 0 ? 0 : await fold(round, batch);
    }
  }

  async function pause(end: Promise<void>): Promise<void> {
    const waiting = new AbortController();
    const nudge = new Promise<void>((resolve) => (nudged = resolve));
    const timer = after(EXPRESS_LOOK_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([timer, nudge, end]);
    waiting.abort();
  }

  return {
    nudge: () => nudged?.(),
    async run(ending, onProgress) {
      let failed: { readonly error: unknown } | undefined;
      const progress = (): LanesProgress => ({
        done: round.done,
        total: round.done + round.queue.length + held.size,
        rows: round.rows + round.rowsUnderWay,
      });
      const round: Round = {
        ending: () => failed !== undefined || ending(),
        report: () => onProgress?.(progress()),
        queue: [],
        refused: new Set(),
        seenAll: false,
        looking: undefined,
        done: 0,
        rows: 0,
        rowsUnderWay: 0,
      };
      // Whatever goes wrong in one lane, the transactions of the others come to their end first.
      const note = (error: unknown) => {
        failed ??= { error };
      };
      const general = Array.from({ length: Math.max(1, count - (hasExpress ? 1 : 0)) }, () =>
        lane(round).catch(note),
      );
      let over = false;
      const end = Promise.all(general).then(() => {
        over = true;
      });
      if (hasExpress) await express(round, () => over, end).catch(note);
      await end;
      if (failed) throw failed.error;
      return progress();
    },
  };
}

/** Few marks fold together; a portfolio with many has a transaction of its own. */
function batchOf(portfolios: readonly DirtyPortfolio[]): DirtyPortfolio[] {
  let marks = 0;
  const end = portfolios.findIndex((portfolio, index) => {
    marks += portfolio.marks;
    return index > 0 && marks > MARKS_PER_TRANSACTION;
  });
  return end === -1 ? [...portfolios] : portfolios.slice(0, end);
}

/** The fold's tables of one generation. */
import type { Database, Queryable } from '../database/database.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type { FoldSession, FoldStore } from '../../projections/fold/store.ts';
import type { Slot } from '../../projections/generation.ts';
import * as claims from './fold-claims.ts';
import * as facts from './fold-facts.ts';
import * as rows from './fold-rows.ts';
import * as writes from './fold-writes.ts';
import { noteAnnouncements } from './outbox-rows.ts';
import type { OutboxSettings } from './outbox-rows.ts';
import * as portfolioRows from './portfolio-rows.ts';
import { createRetire } from './retire.ts';

/** So many portfolios, with a fact or two each, are folded by statements of much the same plan every time. */
const FEW = 8;

/**
 * Planning all statements of a small fold anew takes longer than running them. Where many rows come together
 * the plan has to be that of their number, as it is everywhere else.
 */
async function planOnce(tx: Queryable, once: boolean): Promise<void> {
  if (once) await tx.query(`select set_config('plan_cache_mode', $1, true)`, ['auto']);
}

/** Races are lost only to a worker that did the same work; a few repeats always find them done. */
const RETRIES = 20;

/**
 * `database` must have its search_path on the generation in `slot`.
 * @param foldVersion of the program; other than its own only in tests
 */
export function createFoldStore(
  database: Database,
  slot: Slot,
  outbox?: OutboxSettings,
  foldVersion: number = FOLD_VERSION,
): FoldStore {
  const retire = createRetire();
  return {
    dirtyPortfolios: (look) => claims.dirtyPortfolios(database, look),
    transaction: (work) =>
      database.transaction(
        (tx) => {
          const session: FoldSession = {
            foldVersion,
            together: (work) => tx.together(work),
            expect: (portfolios) => planOnce(tx, portfolios <= FEW),
            claim: (portfolioNos) => claims.claim(tx, portfolioNos),
            marks: (portfolioNos) => claims.marks(tx, portfolioNos),
            horizon: () => claims.horizon(tx),
            keys: (refs) => claims.keys(tx, refs),
            keysToRoll: (portfolioNos, horizon) => claims.keysToRoll(tx, portfolioNos, horizon),
            cashKeys: (portfolioNos) => claims.cashKeys(tx, portfolioNos),
            links: (portfolioNos) => claims.links(tx, portfolioNos),
            deleteMarks: (dirtyIds) => claims.deleteMarks(tx, dirtyIds),
            fail: (failures) => claims.fail(tx, failures),
            checkpoints: (points) => facts.checkpoints(tx, points, foldVersion),
            transactions: (points) => facts.transactions(tx, points),
            paidTransactions: (points) => facts.paidTransactions(tx, points),
            market: (request) => facts.market(tx, request, (work) => tx.together(work)),
            days: (stretches) => rows.days(tx, stretches),
            history: (stretches) => rows.history(tx, stretches),
            writeKeys: async (changes) => {
              await retire.days(tx, changes.retiredDays);
              await writes.writeRows(tx, changes);
              await tx.together([
                ...writes.stateWrites(tx, changes, foldVersion),
                async () => outbox && noteAnnouncements(tx, slot, outbox, changes.announcements),
              ]);
            },
            bounds: (portfolioNos) => portfolioRows.bounds(tx, portfolioNos),
            portfolioDays: (stretches) => portfolioRows.portfolioDays(tx, stretches),
            sums: (stretches) => portfolioRows.sums(tx, stretches),
            writePortfolios: async (changes) => {
              await retire.portfolioDays(tx, changes.retired);
              await portfolioRows.writePortfolios(tx, changes, foldVersion);
            },
          };
          return work(session);
        },
        { isolation: 'repeatable read', retries: RETRIES },
      ),
  };
}

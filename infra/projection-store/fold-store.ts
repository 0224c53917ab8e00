/** The fold's tables of one generation. */
import type { Database } from '../database/database.ts';
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

/** Races are lost only to a worker that did the same work; a few repeats always find them done. */
const RETRIES = 20;

/** `database` must have its search_path on the generation in `slot`. */
export function createFoldStore(database: Database, slot: Slot, outbox?: OutboxSettings): FoldStore {
  const retire = createRetire();
  return {
    dirtyPortfolios: (limit, causes) => claims.dirtyPortfolios(database, limit, causes),
    transaction: (work) =>
      database.transaction(
        (tx) => {
          const session: FoldSession = {
            claim: (portfolioNos) => claims.claim(tx, portfolioNos),
            marks: (portfolioNos) => claims.marks(tx, portfolioNos),
            horizon: () => claims.horizon(tx),
            keys: (refs) => claims.keys(tx, refs),
            keysToRoll: (portfolioNos, horizon) => claims.keysToRoll(tx, portfolioNos, horizon),
            cashKeys: (portfolioNos) => claims.cashKeys(tx, portfolioNos),
            links: (portfolioNos) => claims.links(tx, portfolioNos),
            deleteMarks: (dirtyIds) => claims.deleteMarks(tx, dirtyIds),
            fail: (failures) => claims.fail(tx, failures),
            checkpoints: (points) => facts.checkpoints(tx, points),
            transactions: (points) => facts.transactions(tx, points),
            paidTransactions: (points) => facts.paidTransactions(tx, points),
            market: (request) => facts.market(tx, request),
            days: (stretches) => rows.days(tx, stretches),
            history: (stretches) => rows.history(tx, stretches),
            writeKeys: async (changes) => {
              await retire.days(tx, changes.retiredDays);
              await writes.writeKeys(tx, changes);
              if (outbox) await noteAnnouncements(tx, slot, outbox, changes.announcements);
            },
            bounds: (portfolioNos) => portfolioRows.bounds(tx, portfolioNos),
            portfolioDays: (stretches) => portfolioRows.portfolioDays(tx, stretches),
            sums: (stretches) => portfolioRows.sums(tx, stretches),
            writePortfolios: async (changes) => {
              await retire.portfolioDays(tx, changes.retired);
              await portfolioRows.writePortfolios(tx, changes);
            },
          };
          return work(session);
        },
        { isolation: 'repeatable read', retries: RETRIES },
      ),
  };
}

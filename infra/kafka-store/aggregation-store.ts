/** The port of aggregation on the database: each call one transaction on the generation that readers see. */
import type { Database, DatabaseTransaction } from '../database/database.ts';
import type { Batch, BatchResult } from '../../domain/messages.ts';
import type { AggregationStore, TakenIn } from '../../projections/aggregation/store.ts';
import { aggregateAgain, assess, regenerate } from './aggregation-assess.ts';
import * as days from './aggregation-days.ts';
import * as orders from './aggregation-orders.ts';
import * as snapshots from './aggregation-snapshots.ts';
import { Fenced } from './fenced.ts';
import { insertDeadLetters } from './dead-letters.ts';
import { advanceOffset } from './offsets.ts';

/** Rows are locked in one order; what meets all the same is run again. */
const RETRIES = 10;

/** @param activeDatabase the pool of the generation that readers see now */
export function createAggregationStore(activeDatabase: () => Promise<Database>): AggregationStore {
  const transaction = async <T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> =>
    (await activeDatabase()).transaction(work, { retries: RETRIES });

  async function take(
    batch: Batch,
    work: (tx: DatabaseTransaction) => Promise<TakenIn>,
  ): Promise<BatchResult> {
    try {
      return await transaction(async (tx) => {
        if (!(await advanceOffset(tx, batch))) throw new Fenced();
        const taken = await work(tx);
        await insertDeadLetters(tx, batch, taken.deadLetters);
        return { status: 'committed' as const, ...taken };
      });
    } catch (error) {
      if (error instanceof Fenced) return { status: 'fenced' };
      throw error;
    }
  }

  return {
    takeSnapshots: (batch, work) =>
      take(batch, (tx) =>
        work({
          find: (announced) => snapshots.find(tx, announced),
          regenerate: (damages) => regenerate(tx, damages),
          makeEligible: (eligible) => snapshots.makeEligible(tx, eligible),
        }),
      ),
    takeOrders: (batch, work) =>
      take(batch, (tx) =>
        work({
          knownPortfolios: (ids) => orders.knownPortfolios(tx, ids),
          order: (received) => orders.order(tx, received),
        }),
      ),
    scheduling: (work) =>
      transaction((tx) =>
        work({
          eligible: (after, limit) => days.eligible(tx, after, limit),
          assess: (waiting) => assess(tx, waiting),
          regenerate: (damages) => regenerate(tx, damages),
          schedule: (runs) => days.schedule(tx, runs),
        }),
      ),
    aggregating: (work) =>
      transaction((tx) =>
        work({
          pending: (after, limit) => days.pending(tx, after, limit),
          assess: (waiting) => assess(tx, waiting),
          regenerate: (damages) => regenerate(tx, damages),
          aggregateAgain: (runs) => aggregateAgain(tx, runs),
          finish: (done) => days.finish(tx, done),
        }),
      ),
    waiting: async () => days.waiting(await activeDatabase()),
    aggregationOf: async (portfolioId, date) => days.aggregationOf(await activeDatabase(), portfolioId, date),
  };
}

/**
 * Orders the aggregation of days that are complete: `portfolio_aggregation_required` goes out, through the
 * outbox, only for a day of which every position that has to have a row has one, each with its values, with
 * nothing left to fold and no position set aside. A day that is not there yet stays eligible and is looked at
 * again. Any number of schedulers share the work.
 */
import { isoDate } from '../../domain/dates.ts';
import { SILENT_LOGGER } from '../logger.ts';
import type { Logger } from '../logger.ts';
import { createPolling } from '../outbox/polling.ts';
import type { Polling } from '../outbox/polling.ts';
import { damagesOf, pass } from './passes.ts';
import type { SetDone } from './passes.ts';
import { runsOf } from './runs.ts';
import type { AggregationStore, PortfolioDay, ScheduledRun } from './store.ts';

export interface SchedulerOptions {
  readonly store: Pick<AggregationStore, 'scheduling'>;
  /** Makes the part of an order's correlation id that is its own, such as a UUID. */
  readonly newId: () => string;
  readonly logger?: Logger;
  /** Told when orders are in the outbox. */
  readonly onScheduled?: () => void;
  /** Told when rows were marked to be regenerated. */
  readonly onRepair?: () => void;
  /** Milliseconds between looks while nothing is eligible, at first; 250 by default. */
  readonly pollMs?: number;
  /** Days of one transaction; 500 by default. */
  readonly limit?: number;
}

export interface AggregationScheduler extends Polling {
  /**
   * Looks at all eligible days once.
   * @returns how many of them were ordered
   * @throws DatabaseError
   */
  step(): Promise<number>;
}

const POLL_MS = 250;
const LIMIT = 500;

export function createAggregationScheduler(options: SchedulerOptions): AggregationScheduler {
  const { store, newId, logger = SILENT_LOGGER } = options;
  const limit = options.limit ?? LIMIT;
  let stopping = false;

  async function scheduleSet(after: PortfolioDay | null): Promise<SetDone> {
    const { orders, damaged, ...set } = await store.scheduling(async (session) => {
      const { days, last } = await session.eligible(after, limit);
      const assessed = await session.assess(days);
      const complete = assessed.filter(({ state }) => state === 'complete');
      const orders = runsOf(complete, ({ portfolioId }) => portfolioId).map(
        ({ first, fromDay, throughDay }): ScheduledRun => ({
          portfolioId: first.portfolioId,
          fromDay,
          throughDay,
          correlationId: `SCHEDULER_JOB_${newId()}`,
        }),
      );
      const damages = damagesOf(assessed);
      await session.schedule(orders);
      await session.regenerate(damages);
      return {
        orders,
        damaged: damages.length,
        last,
        done: complete.length,
      };
    });
    for (const { portfolioId, fromDay, throughDay, correlationId } of orders)
      logger.debug('aggregation ordered', {
        correlation_id: correlationId,
        portfolio_id: portfolioId,
        from: isoDate(fromDay),
        through: isoDate(throughDay),
      });
    if (orders.length > 0) options.onScheduled?.();
    if (damaged > 0) options.onRepair?.();
    return set;
  }

  const step = () => pass(scheduleSet, () => stopping);
  const polling = createPolling({
    step,
    pollMs: options.pollMs ?? POLL_MS,
    onError: (error) => logger.warn('days could not be scheduled; it will be tried again', { error }),
  });
  return {
    start() {
      stopping = false;
      polling.start();
    },
    async stop() {
      stopping = true;
      await polling.stop();
    },
    wake: polling.wake,
    step,
  };
}

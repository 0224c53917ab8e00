/**
 * Does the orders of `portfolio_aggregation_required`: under the lock of the portfolio it looks again whether the
 * day is complete, adds its positions up and compares the sum with the portfolio's row. A day that is not
 * complete stays pending, and so does one whose row has to be made again; the fold makes it, whole or not at
 * all, and the next look finds it right. Any number of aggregators share the work.
 */
import { isoDate } from '../../domain/dates.ts';
import { SILENT_LOGGER } from '../logger.ts';
import type { Logger } from '../logger.ts';
import { createPolling } from '../outbox/polling.ts';
import type { Polling } from '../outbox/polling.ts';
import type { AggregationMetrics } from './metrics.ts';
import { damagesOf, pass } from './passes.ts';
import type { SetDone } from './passes.ts';
import { runsOf } from './runs.ts';
import type { AggregationSession, AggregationStore, Assessment, PortfolioDay, WaitingDay } from './store.ts';

export interface AggregatorOptions {
  readonly store: Pick<AggregationStore, 'aggregating' | 'waiting'>;
  readonly logger?: Logger;
  readonly metrics?: AggregationMetrics;
  /** Told when rows were marked to be made again. */
  readonly onRepair?: () => void;
  /** Milliseconds between looks while nothing gets further, at first; 250 by default. */
  readonly pollMs?: number;
}

export interface Aggregator extends Polling {
  /**
   * Looks at all pending days once.
   * @returns how many of them are done now
   * @throws DatabaseError
   */
  step(): Promise<number>;
}

const POLL_MS = 250;
/** Days of one transaction: as many as keep their portfolios from a fold no longer than this. */
const HOLD_MS = 50;
const FEWEST_DAYS = 20;
const MOST_DAYS = 200;
/** Milliseconds between two looks at how many days wait. */
const MEASURE_EVERY_MS = 2_000;

interface Job extends Assessment {
  readonly correlationId: string | null;
}

export function createAggregator(options: AggregatorOptions): Aggregator {
  const { store, logger = SILENT_LOGGER, metrics } = options;
  let limit = MOST_DAYS / 4;
  let stopping = false;
  let measured = -Infinity;

  async function aggregateSet(after: PortfolioDay | null): Promise<SetDone> {
    const asked = limit;
    const { jobs, last, ms } = await store.aggregating(async (session) => {
      const { days, last } = await session.pending(after, asked);
      const started = performance.now();
      return { jobs: await aggregate(session, days), last, ms: performance.now() - started };
    });
    if (ms > HOLD_MS) limit = Math.max(FEWEST_DAYS, Math.floor(asked / 2));
    else if (last !== undefined) limit = Math.min(MOST_DAYS, asked * 2);
    const done = jobs.filter(isDone).length;
    report(jobs);
    if (jobs.some((job) => job.state === 'damaged' || isWrong(job))) options.onRepair?.();
    return { last, done };
  }

  function report(jobs: readonly Job[]): void {
    const outcome = (job: Job) => (isWrong(job) ? 'aggregated_again' : isDone(job) ? 'done' : job.state);
    for (const { first, fromDay, throughDay } of runsOf(
      jobs,
      (job) => `${job.portfolioId} ${job.correlationId} ${outcome(job)}`,
    )) {
      const fields = {
        correlation_id: first.correlationId,
        portfolio_id: first.portfolioId,
        from: isoDate(fromDay),
        through: isoDate(throughDay),
        outcome: outcome(first),
      };
      if (isWrong(first)) logger.warn('rows of a portfolio are not the sum of its positions', fields);
      else if (isDone(first)) logger.info('aggregated', fields);
      else logger.debug('not complete yet', fields);
    }
  }

  async function measure(): Promise<void> {
    if (!metrics || performance.now() - measured < MEASURE_EVERY_MS) return;
    measured = performance.now();
    metrics.aggregationDays(await store.waiting());
  }

  const step = async () => {
    const done = await pass(aggregateSet, () => stopping);
    await measure();
    return done;
  };
  const polling = createPolling({
    step,
    pollMs: options.pollMs ?? POLL_MS,
    onError: (error) => logger.warn('days could not be aggregated; it will be tried again', { error }),
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

function isDone({ state, agrees, epoch }: Assessment): boolean {
  return state === 'complete' && agrees && epoch !== null;
}

/** Complete, and yet without a row, or with one that is not the sum. */
function isWrong(assessment: Assessment): boolean {
  return assessment.state === 'complete' && !isDone(assessment);
}

async function aggregate(session: AggregationSession, days: readonly WaitingDay[]): Promise<Job[]> {
  const orders = new Map(days.map((day) => [`${day.portfolioNo}/${day.day}`, day.correlationId]));
  const jobs = (await session.assess(days)).map((assessment): Job => ({
    ...assessment,
    correlationId: orders.get(`${assessment.portfolioNo}/${assessment.day}`) ?? null,
  }));
  await session.regenerate(damagesOf(jobs));
  await session.aggregateAgain(
    runsOf(jobs.filter(isWrong), ({ portfolioNo }) => portfolioNo).map(({ first, fromDay, throughDay }) => ({
      portfolioNo: first.portfolioNo,
      fromDay,
      throughDay,
    })),
  );
  await session.finish(
    jobs.filter(isDone).map(({ portfolioId, day, epoch }) => ({ portfolioId, day, epoch: epoch! })),
  );
  return jobs;
}

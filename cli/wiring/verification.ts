/** Periodic verification in a serving process, logged and measured. */
import type { ProcessMetrics } from '../../infra/metrics/metrics.ts';
import type { Logger } from '../../projections/logger.ts';
import type { Projections } from '../../projections/service.ts';
import { startPeriodicVerification } from '../../projections/verify/periodic.ts';

const MS_PER_HOUR = 3_600_000;
/** Differences logged one by one; all are counted. */
const MOST_LOGGED = 5;

/** @returns what stops it */
export function verifyPeriodically(
  projections: Pick<Projections, 'verify'>,
  everyHours: number,
  metrics: ProcessMetrics,
  logger: Logger,
): () => Promise<void> {
  const verification = startPeriodicVerification({
    verify: () => projections.verify({}),
    everyMs: everyHours * MS_PER_HOUR,
    now: () => Date.now(),
    onError: (error) => logger.error('the books could not be verified', { error }),
    onReport: ({ report, seconds, at }) => {
      const { slot, position, rows, checksum, skipped, differences, broken } = report;
      const found = [...differences, ...broken];
      metrics.verified({ differences: found.length, skipped: skipped.length, rows, seconds, at });
      const facts = { slot, position, rows, checksum, skipped: skipped.length, seconds };
      if (found.length === 0) logger.info('the books were verified', facts);
      else
        logger.error('the books are not what the log says', {
          ...facts,
          differences: found.length,
          first: found.slice(0, MOST_LOGGED),
        });
    },
  });
  return verification.stop;
}

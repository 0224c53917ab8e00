/** Rebuilds in a serving process: those ordered over HTTP, and what an earlier process left unfinished. */
import type { Logger } from '../../projections/logger.ts';
import { createRebuildJobs } from '../../projections/rebuild/jobs.ts';
import type { RebuildJobs } from '../../projections/rebuild/jobs.ts';
import type { Projections } from '../../projections/service.ts';

export function rebuildsOverHttp(projections: Projections, logger: Logger): RebuildJobs {
  return createRebuildJobs({
    operations: projections,
    onFailure: (error, rebuildId, correlationId) =>
      logger.error('a rebuild failed', { error, rebuild_id: rebuildId, correlation_id: correlationId }),
  });
}

/** Goes on with a rebuild that was ordered over HTTP, and says what an operator has to see to. */
export async function recoverRebuilds(
  rebuilds: RebuildJobs,
  projections: Projections,
  logger: Logger,
): Promise<void> {
  try {
    const run = await rebuilds.resume();
    if (run && run.who === 'http')
      logger.info('an interrupted rebuild goes on', { rebuild_id: run.rebuild_id });
    else if (run)
      logger.warn('a rebuild was interrupted; "chronofolio rebuild --all" goes on with it', {
        rebuild_id: run.rebuild_id,
        who: run.who,
        phase: run.phase,
      });
  } catch (error) {
    // Another process is at it, or at something else; a server serves all the same.
    logger.warn('an interrupted rebuild was not resumed', { error });
  }
  const { foldVersion, rowVersions } = await projections.status();
  if (rowVersions.some((version) => version !== foldVersion))
    logger.warn(
      'rows were folded by another version; "chronofolio rebuild --all" makes them all of this one',
      {
        fold_version: foldVersion,
        row_versions: rowVersions,
      },
    );
}

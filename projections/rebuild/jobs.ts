/** Rebuilds started over HTTP: one at a time in a process, followed while they run, remembered for a while. */
import type { Progress } from '../projector.ts';
import type { Projections, RebuildScope } from '../service.ts';

export interface RebuildJobScope {
  readonly portfolio_id?: string;
  readonly security_id?: string;
  /** ISO date. */
  readonly from?: string;
}

export interface RebuildJob {
  readonly rebuild_id: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly scope: RebuildJobScope;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly events_total: number;
  readonly events_done: number;
  readonly rows_written: number;
  readonly rows_per_second: number;
  readonly eta_seconds: number | null;
  readonly error: string | null;
}

export interface RebuildJobs {
  /** `undefined` when one is running already. */
  start(scope: RebuildJobScope, correlationId: string): Promise<RebuildJob | undefined>;
  /** The newest first. */
  list(): Promise<readonly RebuildJob[]>;
  find(rebuildId: string): Promise<RebuildJob | undefined>;
  /** Asks a running one to stop: it does at its next step, and what it wrote is never shown. */
  cancel(rebuildId: string): Promise<RebuildJob | undefined>;
}

/** Ends a rebuild from within, where it reports its progress. */
class RebuildCancelled extends Error {
  readonly code = 'rebuild_cancelled';
  override readonly name = 'RebuildCancelled';
}

export interface RebuildJobsOptions {
  readonly projections: Pick<Projections, 'rebuild'>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly onFailure: (error: unknown, job: RebuildJob, correlationId: string) => void;
  readonly onProgress?: (
    progress: { total: number; done: number; rowsPerSecond: number } | undefined,
  ) => void;
}

const REMEMBERED = 100;

export function createRebuildJobs(options: RebuildJobsOptions): RebuildJobs {
  const { projections, now, newId } = options;
  const jobs: RebuildJob[] = [];
  const cancelled = new Set<string>();

  const iso = () => new Date(now()).toISOString();

  function update(id: string, change: Partial<RebuildJob>): RebuildJob {
    const index = jobs.findIndex((job) => job.rebuild_id === id);
    const job = { ...jobs[index]!, ...change };
    jobs[index] = job;
    return job;
  }

  function follow(id: string, startedMs: number, { phase, done, total, rows }: Progress): void {
    if (cancelled.delete(id)) throw new RebuildCancelled('cancelled on request');
    const seconds = Math.max((now() - startedMs) / 1000, 1e-3);
    const job = update(id, {
      ...(phase === 'read' || phase === 'register' ? { events_done: done, events_total: total } : {}),
      ...(rows === undefined ? {} : { rows_written: rows, rows_per_second: rows / seconds }),
      eta_seconds: done > 0 && phase !== 'catch up' ? (seconds * (total - done)) / done : null,
    });
    options.onProgress?.({ total, done, rowsPerSecond: job.rows_per_second });
  }

  function scopeOf({ portfolio_id, security_id, from }: RebuildJobScope): RebuildScope {
    if (portfolio_id === undefined && security_id === undefined && from === undefined) return { all: true };
    return {
      ...(portfolio_id === undefined ? {} : { portfolioId: portfolio_id }),
      ...(security_id === undefined ? {} : { securityId: security_id }),
      ...(from === undefined ? {} : { from }),
    };
  }

  return {
    async start(scope, correlationId) {
      if (jobs.some((job) => job.status === 'running')) return undefined;
      const startedMs = now();
      const job: RebuildJob = {
        rebuild_id: newId(),
        status: 'running',
        scope,
        started_at: iso(),
        finished_at: null,
        events_total: 0,
        events_done: 0,
        rows_written: 0,
        rows_per_second: 0,
        eta_seconds: null,
        error: null,
      };
      jobs.unshift(job);
      jobs.splice(REMEMBERED);
      const id = job.rebuild_id;
      projections
        .rebuild(scopeOf(scope), (progress) => follow(id, startedMs, progress))
        .then(
          ({ rows, rowsPerSecond }) =>
            update(id, {
              status: 'completed',
              finished_at: iso(),
              rows_written: rows,
              rows_per_second: rowsPerSecond,
              eta_seconds: 0,
            }),
          (error: unknown) => {
            const failed = update(id, {
              status: error instanceof RebuildCancelled ? 'cancelled' : 'failed',
              finished_at: iso(),
              eta_seconds: null,
              error: error instanceof Error ? error.message : String(error),
            });
            if (failed.status === 'failed') options.onFailure(error, failed, correlationId);
          },
        )
        .finally(() => options.onProgress?.(undefined));
      return job;
    },
    list: async () => jobs,
    find: async (id) => jobs.find((job) => job.rebuild_id === id),
    async cancel(id) {
      const job = jobs.find(({ rebuild_id }) => rebuild_id === id);
      if (job?.status === 'running') cancelled.add(id);
      return job;
    },
  };
}

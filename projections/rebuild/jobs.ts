/**
 * Rebuilds ordered over HTTP: they run in this process and are followed over the record of all of them,
 * whichever process they run in.
 */
import type { Decimal } from '../../domain/decimal.ts';
import type { DiffReport } from '../diff/report.ts';
import type { Operations } from '../operations.ts';
import type { Approval, RebuildRun, RebuildScope } from './runs.ts';
import { rebuildView } from './view.ts';
import type { RebuildView } from './view.ts';

export interface RebuildRequest {
  readonly scope: Omit<RebuildScope, 'all'>;
  readonly approval: Approval;
  readonly retainHours?: number;
  /** Who ordered it, beginning with `http`; just that when absent. */
  readonly who?: string;
}

export interface RebuildJobs {
  /** Resolves when it is on record and running. @throws `RebuildBusy` */
  start(request: RebuildRequest, correlationId: string): Promise<RebuildView>;
  dryRun(scope: Omit<RebuildScope, 'all'>, materiality: Decimal | undefined): Promise<DiffReport>;
  /** The newest first. */
  list(): Promise<readonly RebuildView[]>;
  find(rebuildId: string): Promise<RebuildView | undefined>;
  /** Asks a running one to stop: it does at its next step, and what it wrote is never shown. */
  cancel(rebuildId: string): Promise<RebuildView | undefined>;
  /**
   * Shows readers what waits for approval, in the background.
   * @returns it as it was, or `undefined` when there is none of that id
   */
  approve(
    rebuildId: string,
    retainHours: number | undefined,
    correlationId: string,
    who?: string,
  ): Promise<RebuildView | undefined>;
  /** Goes on with one that was ordered over HTTP and whose process died; returns the interrupted one, whoever ordered it. */
  resume(): Promise<RebuildView | undefined>;
  /** Resolves when nothing of this process is running any more. */
  idle(): Promise<void>;
}

export interface RebuildJobsOptions {
  readonly operations: Pick<Operations, 'rebuild' | 'dryRun' | 'approve' | 'cancel' | 'runs'>;
  readonly onFailure: (error: unknown, rebuildId: string | undefined, correlationId: string) => void;
}

const WHO = 'http';
const LISTED = 100;

export function createRebuildJobs({ operations, onFailure }: RebuildJobsOptions): RebuildJobs {
  const { runs } = operations;
  const running = new Set<Promise<unknown>>();

  function watch(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => running.delete(settled));
    running.add(settled);
  }

  /** Runs in the background from the moment that it is on record; rejects with what kept it from getting there. */
  function begin(
    scope: RebuildScope,
    approval: Approval,
    correlationId: string,
    options: { readonly rebuildId?: string; readonly retainHours?: number; readonly who?: string },
  ): Promise<RebuildRun> {
    return new Promise((resolve, reject) => {
      let begun: string | undefined;
      const work = operations.rebuild(scope, undefined, {
        approval,
        who: WHO,
        ...options,
        onStarted: (run) => {
          begun = run.rebuildId;
          resolve(run);
        },
      });
      work.catch((error: unknown) => {
        if (begun === undefined) reject(error instanceof Error ? error : new Error(String(error)));
        else onFailure(error, begun, correlationId);
      });
      watch(work);
    });
  }

  return {
    async start({ scope, approval, retainHours, who }, correlationId) {
      const { portfolioId, securityId, from } = scope;
      const all = portfolioId === undefined && securityId === undefined && from === undefined;
      const run = await begin(all ? { ...scope, all } : scope, approval, correlationId, {
        ...(retainHours === undefined ? {} : { retainHours }),
        ...(who === undefined ? {} : { who }),
      });
      return rebuildView(run);
    },
    dryRun: (scope, materiality) => operations.dryRun(scope, materiality),
    async list() {
      return (await runs.list(LISTED)).map(rebuildView);
    },
    async find(rebuildId) {
      const run = await runs.find(rebuildId);
      return run && rebuildView(run);
    },
    async cancel(rebuildId) {
      const run = await operations.cancel(rebuildId);
      return run && rebuildView(run);
    },
    async approve(rebuildId, retainHours, correlationId, who = WHO) {
      const run = await runs.find(rebuildId);
      if (run?.status !== 'awaiting_approval') return run && rebuildView(run);
      const work = operations.approve(rebuildId, {
        who,
        ...(retainHours === undefined ? {} : { retainHours }),
      });
      work.catch((error: unknown) => onFailure(error, rebuildId, correlationId));
      watch(work);
      return rebuildView(run);
    },
    async resume() {
      const run = await runs.open();
      if (!run?.interrupted) return undefined;
      if (!run.who.startsWith(WHO)) return rebuildView(run);
      const resumed = await begin(run.scope, run.approval, run.rebuildId, {
        rebuildId: run.rebuildId,
        who: run.who,
      });
      return rebuildView(resumed);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

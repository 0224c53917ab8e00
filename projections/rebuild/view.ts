/** A rebuild as the outside sees it, over HTTP and in `--json`. */
import { outlookOf } from './outlook.ts';
import type { RebuildReport, RebuildRun, RebuildStatus } from './runs.ts';

export interface RebuildScopeView {
  readonly portfolio_id?: string;
  readonly security_id?: string;
  /** ISO date. */
  readonly from?: string;
  /** A position of the log. */
  readonly known_at?: number;
}

export interface RebuildView {
  readonly rebuild_id: string;
  readonly status: RebuildStatus;
  readonly scope: RebuildScopeView;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly events_total: number;
  readonly events_done: number;
  readonly rows_written: number;
  readonly rows_per_second: number;
  readonly eta_seconds: number | null;
  readonly error: string | null;
  readonly phase: string;
  /** Steps of the phase. */
  readonly phase_done: number;
  readonly phase_total: number;
  /** Of the whole, from 0 to 1. */
  readonly progress: number;
  /** On record as running, and no process is at it. */
  readonly interrupted: boolean;
  readonly cancel_requested: boolean;
  /** The generation it fills; null where keys are folded again in the one that readers see. */
  readonly slot: string | null;
  readonly keys_written: number;
  readonly fold_version: number;
  readonly position: number | null;
  readonly approve: boolean;
  readonly max_impact_bps: number | null;
  readonly who: string;
  readonly updated_at: string;
  readonly seconds: number;
  readonly report: RebuildReportView | null;
}

type Changed = NonNullable<RebuildReport['changed']>;

/** What was found before the flip. */
export interface RebuildReportView {
  readonly verified?: NonNullable<RebuildReport['verified']>;
  readonly changed?: Omit<Changed, 'maxImpactBps'> & { readonly max_impact_bps: string | null };
}

function reportView({ verified, changed }: RebuildReport): RebuildReportView {
  return {
    ...(verified === undefined ? {} : { verified }),
    ...(changed === undefined
      ? {}
      : {
          changed: {
            portfolios: changed.portfolios,
            days: changed.days,
            max_impact_bps: changed.maxImpactBps,
            worst: changed.worst,
          },
        }),
  };
}

export function rebuildView(run: RebuildRun): RebuildView {
  const { portfolioId, securityId, from, knownAt } = run.scope;
  const { progress, rowsPerSecond, etaSeconds } = outlookOf(run);
  const reading = run.phase === 'facts';
  const events = run.events > 0 ? run.events : reading ? run.done : (run.position ?? 0);
  return {
    rebuild_id: run.rebuildId,
    status: run.status,
    scope: {
      ...(portfolioId === undefined ? {} : { portfolio_id: portfolioId }),
      ...(securityId === undefined ? {} : { security_id: securityId }),
      ...(from === undefined ? {} : { from }),
      ...(knownAt === undefined ? {} : { known_at: knownAt }),
    },
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    events_total: reading ? Math.max(run.total, events) : events,
    events_done: events,
    rows_written: run.rowsWritten,
    rows_per_second: rowsPerSecond,
    eta_seconds: etaSeconds,
    error: run.error,
    phase: run.phase,
    phase_done: run.done,
    phase_total: run.total,
    progress,
    interrupted: run.interrupted,
    cancel_requested: run.cancelRequested,
    slot: run.slot,
    keys_written: run.keysWritten,
    fold_version: run.foldVersion,
    position: run.position,
    approve: run.approval.flip === 'always',
    max_impact_bps: run.approval.maxImpactBps ?? null,
    who: run.who,
    updated_at: run.updatedAt,
    seconds: run.seconds,
    report: run.report && reportView(run.report),
  };
}

/** Rebuilds as they are kept on record, and the port to that record. It outlives the process that rebuilds. */
import { compare as compareDecimals, decimal } from '../../domain/decimal.ts';
import type { Slot } from '../generation.ts';

/** What to make again; a position of the log for `knownAt`. */
export interface RebuildScope {
  /** A whole new generation; otherwise the keys named are folded again into new epochs. */
  readonly all?: boolean;
  readonly portfolioId?: string;
  readonly securityId?: string;
  /** ISO date: only from this day on. */
  readonly from?: string;
  /** Only what was known at this position: a generation for looking things up, which is never shown. */
  readonly knownAt?: number;
}

/** When a rebuilt generation may be shown to readers without asking. */
export interface Approval {
  /** `ask`: only when no published figure changes. */
  readonly flip: 'always' | 'ask';
  /** In basis points: an impact up to here needs no asking either. */
  readonly maxImpactBps?: number;
}

export type RebuildPhase = 'facts' | 'fold' | 'keys' | 'catch up' | 'verify' | 'diff' | 'flip' | 'done';

export type RebuildStatus = 'running' | 'awaiting_approval' | 'completed' | 'failed' | 'cancelled';

export interface RebuildRun {
  readonly rebuildId: string;
  readonly scope: RebuildScope;
  /** The generation it fills; `null` where keys are folded again in the one readers see. */
  readonly slot: Slot | null;
  readonly status: RebuildStatus;
  /** It is `running` on record, and no process is at it: the next rebuild of everything goes on with it. */
  readonly interrupted: boolean;
  readonly phase: RebuildPhase;
  readonly foldVersion: number;
  /** `null` until its facts are read. */
  readonly position: number | null;
  /** Of the phase. */
  readonly done: number;
  readonly total: number;
  readonly events: number;
  readonly rowsWritten: number;
  readonly keysWritten: number;
  /** Spent by all the processes that were at it. */
  readonly seconds: number;
  readonly cancelRequested: boolean;
  readonly approval: Approval;
  readonly who: string;
  /** UTC instants. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly report: RebuildReport | null;
}

/** What was found before the flip; everything in it is JSON. */
export interface RebuildReport {
  readonly verified?: {
    readonly keys: number;
    readonly rows: number;
    readonly portfolios: number;
    readonly checksum: string;
  };
  /** Published figures that differ from what readers see now. */
  readonly changed?: {
    readonly portfolios: number;
    readonly days: number;
    /** The largest difference of a return in basis points, as a decimal text; `null` when none is defined. */
    readonly maxImpactBps: string | null;
    /** The worst ones first, a few. */
    readonly worst: readonly {
      readonly portfolio_id: string;
      readonly period: string;
      readonly basis_points: string;
    }[];
  };
}

export interface RebuildOrder {
  readonly scope: RebuildScope;
  readonly slot: Slot | null;
  readonly approval: Approval;
  /** Such as `cli` or `http`. */
  readonly who: string;
}

/** What is noted of a run while it goes on and when it ends; what is left out stays. */
export type RebuildNote = Partial<
  Pick<
    RebuildRun,
    | 'status'
    | 'phase'
    | 'position'
    | 'done'
    | 'total'
    | 'events'
    | 'rowsWritten'
    | 'keysWritten'
    | 'seconds'
    | 'approval'
    | 'error'
    | 'report'
  >
>;

export interface RebuildRuns {
  create(order: RebuildOrder): Promise<RebuildRun>;
  find(rebuildId: string): Promise<RebuildRun | undefined>;
  /** The newest first. */
  list(limit: number): Promise<readonly RebuildRun[]>;
  /** The one that fills or has filled the idle generation and has not ended. */
  open(): Promise<RebuildRun | undefined>;
  /** A status other than `running` and `awaiting_approval` ends the run. Returns whether it is to be cancelled. */
  note(rebuildId: string, note: RebuildNote): Promise<{ readonly cancelRequested: boolean }>;
  /** Asks for a run to end at its next step; one that no process is at, or that waits, ends at once. */
  cancel(rebuildId: string): Promise<RebuildRun | undefined>;
}

/** What the generation holds that readers do not see. */
export interface IdleGeneration {
  readonly state: 'empty' | 'building' | 'built' | 'retained';
  readonly rebuildId: string | null;
  readonly foldVersion: number | null;
  readonly knownAt: number | null;
  /** UTC instants. */
  readonly since: string;
  readonly retainedUntil: string | null;
}

/** Whether a generation may be shown without asking anybody. */
export function isApproved({ flip, maxImpactBps }: Approval, { changed }: RebuildReport): boolean {
  if (flip === 'always' || !changed || changed.portfolios === 0) return true;
  if (maxImpactBps === undefined || changed.maxImpactBps === null) return false;
  return compareDecimals(decimal(changed.maxImpactBps), decimal(maxImpactBps)) <= 0;
}

/** From the results of commands to their reply. */
import type { BatchResult, ItemResult } from '../../commands/handler/types.ts';
import type { RefusalCode } from '../../commands/deciders/decision.ts';
import type { ApiConfig, ProjectionWaiter } from '../ports.ts';
import { isLimited } from '../../domain/access/principal.ts';
import type { ApiContext } from '../http/context.ts';
import type { Touched } from './touched.ts';
import { Problem } from '../http/problem.ts';
import type { ProblemKind } from '../http/problem.ts';

const PROBLEM_OF: { readonly [C in RefusalCode]: ProblemKind } = {
  invalid: 'rejected',
  not_found: 'not-found',
  conflict: 'conflict',
  closed: 'rejected',
  cancelled: 'rejected',
  insufficient_quantity: 'rejected',
  busy: 'unavailable',
};

export interface Waiting {
  readonly projections: ProjectionWaiter;
  readonly config: ApiConfig;
  /** Whose rows the command changes; without it those of any portfolio. */
  readonly touched?: Touched;
}

/** The reply to a request that was one object: a rejection is a problem. */
export async function singleReply(c: ApiContext, batch: BatchResult, waiting?: Waiting): Promise<Response> {
  const rejected = batch.results.find((result) => result.status === 'rejected');
  if (rejected) throw rejection(rejected);
  return reply(c, batch, 200, waiting);
}

/** The reply to several objects: each has its own outcome. */
export function manyReply(c: ApiContext, batch: BatchResult, waiting?: Waiting): Promise<Response> {
  const mixed = batch.results.some((result) => result.status === 'rejected');
  return reply(c, batch, mixed ? 207 : 200, waiting);
}

function rejection({ id, error }: ItemResult): Problem {
  const kind = PROBLEM_OF[error?.code ?? 'invalid'];
  return new Problem(kind, error?.message ?? 'rejected', {
    errors: error?.errors ?? [],
    members: { id, code: error?.code },
    ...(kind === 'unavailable' ? { headers: { 'Retry-After': '1' } } : {}),
  });
}

async function reply(
  c: ApiContext,
  batch: BatchResult,
  status: 200 | 207,
  waiting: Waiting | undefined,
): Promise<Response> {
  const shown = shownBatch(c, batch);
  if (waiting && batch.position > 0) await untilProjected(batch, shown, waiting);
  if (shown.position !== null) c.header('X-Chronofolio-Position', String(shown.position));
  return c.json(shown, status);
}

type ShownBatch = Omit<BatchResult, 'position'> & { readonly position: number | null };

/** Positions count what happens in any portfolio: they are not for whoever may not know of all. */
function shownBatch(c: ApiContext, batch: BatchResult): ShownBatch {
  if (!isLimited(c.get('principal'))) return batch;
  const results = batch.results.map(({ position: _, ...result }): ItemResult => result);
  return { results, position: null };
}

async function untilProjected(
  batch: BatchResult,
  shown: ShownBatch,
  { projections, config, touched }: Waiting,
): Promise<void> {
  try {
    const portfolios = await touched?.(batch.position);
    await projections.whenProjected(batch.position, config.projectionTimeoutMs, portfolios);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'projection_timeout')) throw error;
    // What was recorded stays recorded, and the caller has to know it.
    throw new Problem(
      'not-projected-in-time',
      `recorded${shown.position === null ? '' : ` up to position ${shown.position}`}; readers did not have it within ${config.projectionTimeoutMs} ms`,
      { cause: error, members: { ...shown } },
    );
  }
}

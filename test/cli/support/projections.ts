/** Projections of which only some parts are there; touching another one fails the test. */
import type { Projections } from '../../../projections/service.ts';

export function partialProjections(parts: Partial<Projections>): Projections {
  const missing = (name: string) => () => {
    throw new Error(`the test gives no ${name}`);
  };
  return {
    whenProjected: missing('whenProjected'),
    portfolioAt: missing('portfolioAt'),
    status: missing('status'),
    start: missing('start'),
    stop: missing('stop'),
    wake: missing('wake'),
    catchUp: missing('catchUp'),
    verify: missing('verify'),
    rebuild: missing('rebuild'),
    dryRun: missing('dryRun'),
    diff: missing('diff'),
    approve: missing('approve'),
    cancel: missing('cancel'),
    rollback: missing('rollback'),
    prune: missing('prune'),
    overview: missing('overview'),
    idle: missing('idle'),
    flips: missing('flips'),
    state: missing('state'),
    rejected: missing('rejected'),
    runs: { find: missing('runs.find'), list: missing('runs.list'), open: missing('runs.open') },
    ...parts,
  };
}

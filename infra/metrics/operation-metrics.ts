import { Gauge, type Registry } from 'prom-client';
import { IDLE_STATES } from '../../projections/metrics.ts';
import type { ProjectionMetrics } from '../../projections/metrics.ts';

/**
 * Rebuilds, flips and the generation that readers do not see: taken from their record in the database, so
 * that every process tells the same, whichever one is at it.
 */
export function operationMetrics(registry: Registry): Pick<ProjectionMetrics, 'operations'> {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const running = gauge('chronofolio_rebuild_running', '1 while a rebuild is running.');
  const awaiting = gauge('chronofolio_rebuild_awaiting_approval', '1 while a rebuild waits for approval.');
  const interrupted = gauge(
    'chronofolio_rebuild_interrupted',
    '1 while a rebuild is unfinished and nobody is at it.',
  );
  const progress = gauge(
    'chronofolio_rebuild_progress',
    'How much of the running rebuild is done, from 0 to 1.',
  );
  const rate = gauge('chronofolio_rebuild_rows_per_second', 'Rows a second the running rebuild writes.');
  const eta = gauge('chronofolio_rebuild_eta_seconds', 'How long the running rebuild will still take.');
  const flips = new Gauge({
    name: 'chronofolio_generation_flips',
    help: 'Changes of the generation that readers see, by cause, since the database was made.',
    labelNames: ['cause'],
    registers,
  });
  const held = gauge(
    'chronofolio_generation_flip_held_seconds',
    'How long the last flip held up what was appended.',
  );
  const idle = new Gauge({
    name: 'chronofolio_idle_generation',
    help: '1 for what the generation holds that readers do not see.',
    labelNames: ['state'],
    registers,
  });
  const lag = gauge(
    'chronofolio_idle_generation_lag_events',
    'Events the generation is behind that is kept beside the active one.',
  );
  return {
    operations: (state) => {
      running.set(Math.min(1, state.rebuilds.running));
      awaiting.set(Math.min(1, state.rebuilds.awaiting_approval));
      interrupted.set(Math.min(1, state.rebuilds.interrupted));
      progress.set(state.progress);
      rate.set(state.rowsPerSecond);
      eta.set(state.etaSeconds);
      flips.set({ cause: 'rebuild' }, state.flips.rebuild);
      flips.set({ cause: 'rollback' }, state.flips.rollback);
      held.set(state.heldSeconds);
      for (const name of IDLE_STATES) idle.set({ state: name }, name === state.idle ? 1 : 0);
      lag.set(state.idleLagEvents);
    },
  };
}

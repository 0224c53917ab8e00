/** What operators are at, in figures: read from the record, so that any process can tell. */
import type { EventLog } from '../domain/log.ts';
import { isKeptLevel } from './idle.ts';
import { otherSlot } from './generation.ts';
import type { Generations } from './generation.ts';
import type { OperationsState } from './metrics.ts';
import { outlookOf } from './rebuild/outlook.ts';

/** Older ones that are not over are of no interest to anybody. */
const LOOKED_AT = 20;

export async function operationsState(
  log: Pick<EventLog, 'head'>,
  generations: Generations,
  nowMs: number,
): Promise<OperationsState> {
  const [runs, idle, flips, active, head] = await Promise.all([
    generations.runs.list(LOOKED_AT),
    generations.idle(),
    generations.flipTotals(),
    generations.active(),
    log.head(),
  ]);
  const atWork = runs.filter((run) => run.status === 'running' && !run.interrupted);
  const outlook = atWork[0] && outlookOf(atWork[0]);
  const other = generations.of(otherSlot(active));
  const behind = isKeptLevel(idle, nowMs) ? head - (await other.register.position()) : 0;
  return {
    rebuilds: {
      running: atWork.length,
      awaiting_approval: runs.filter(({ status }) => status === 'awaiting_approval').length,
      interrupted: runs.filter(({ interrupted }) => interrupted).length,
    },
    progress: outlook?.progress ?? 0,
    rowsPerSecond: outlook?.rowsPerSecond ?? 0,
    etaSeconds: outlook?.etaSeconds ?? 0,
    flips: { rebuild: flips.rebuild, rollback: flips.rollback },
    heldSeconds: flips.lastHeldMs / 1000,
    idle: idle.state,
    idleLagEvents: Math.max(0, behind),
  };
}

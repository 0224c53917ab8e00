/** The phases of a rebuild up to where the generation can live: facts, fold, keys. */
import type { Generation, Slot } from '../generation.ts';
import { streamFacts } from './facts-phase.ts';
import type { Journal } from './journal.ts';
import { cannotBeFolded } from './outcome.ts';
import type { RebuildDependencies } from './outcome.ts';
import { partitionsOf } from './partitions.ts';
import type { RebuildRun } from './runs.ts';

/** Fills the generation, as far as it is not filled yet. */
export async function build(
  dependencies: RebuildDependencies,
  run: RebuildRun,
  slot: Slot,
  journal: Journal,
): Promise<void> {
  const { log, generations } = dependencies;
  const { rebuild } = generations.of(slot);
  const resumed = run.phase !== 'facts';
  let { phase, position } = run;
  if (phase === 'facts' || position === null) {
    await journal.enter('facts');
    await rebuild.begin(run.rebuildId);
    position = Math.min(await log.head(), run.scope.knownAt ?? Infinity);
    const events = await readFacts(dependencies, slot, position, journal);
    phase = 'fold';
    await journal.enter(phase, { position, events });
  }
  if (phase === 'fold') {
    if (resumed) await journal.enter(phase);
    const todo = await rebuild.portfoliosToFold();
    if (resumed) await rebuild.sweep(todo);
    let done = 0;
    journal.progress(done, todo.length);
    await generations.workers.fold(slot, partitionsOf(todo), {
      signal: journal.signal,
      onRows: (rows) => journal.wrote(rows, 0),
      onDone: (portfolios, keys) => {
        journal.wrote(0, keys);
        journal.progress((done += portfolios), todo.length);
      },
    });
    await refuseFailures(generations.of(slot));
    phase = 'keys';
  }
  if (phase === 'keys') {
    await journal.enter(phase);
    await rebuild.addKeys((done, total) => journal.progress(done, total));
    await rebuild.finish(position, run.rebuildId, run.scope.knownAt);
  }
}

async function readFacts(
  { log, generations }: RebuildDependencies,
  slot: Slot,
  position: number,
  journal: Journal,
): Promise<number> {
  const writer = generations.of(slot).rebuild.openFacts();
  try {
    return await streamFacts(log, position, writer, (done, total) => {
      journal.signal.throwIfAborted();
      journal.progress(done, total);
    });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function refuseFailures({ rebuild }: Generation): Promise<void> {
  const failures = await rebuild.failures();
  if (failures.length > 0) throw cannotBeFolded(failures);
}

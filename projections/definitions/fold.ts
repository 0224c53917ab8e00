/** What the events of definitions come to: each replaces what was said of its id before. */
import type { EventType } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import type { DefinitionReads, Definitions } from './definitions.ts';

export const DEFINITION_TYPES: readonly EventType[] = [
  'GroupDefined',
  'GroupRemoved',
  'BenchmarkDefined',
  'BenchmarkRemoved',
  'SeriesDefined',
];

export const NO_DEFINITIONS: Definitions = {
  position: 0,
  groups: new Map(),
  benchmarks: new Map(),
  series: new Map(),
};

/** Where nothing is ever defined and no close is known. */
export const NO_DEFINITION_READS: DefinitionReads = {
  at: async () => NO_DEFINITIONS,
  closes: async () => undefined,
  uploaded: async () => undefined,
};

/** The definitions after events in the order of the log; those of other types change nothing. */
export function definitionsAfter(
  events: readonly StoredEvent[],
  before: Definitions = NO_DEFINITIONS,
): Definitions {
  const groups = new Map(before.groups);
  const benchmarks = new Map(before.benchmarks);
  const series = new Map(before.series);
  let { position } = before;
  for (const event of events) {
    switch (event.type) {
      case 'GroupDefined':
        groups.set(event.data.group_id, event.data);
        break;
      case 'GroupRemoved':
        groups.delete(event.data.group_id);
        break;
      case 'BenchmarkDefined':
        benchmarks.set(event.data.benchmark_id, event.data);
        break;
      case 'BenchmarkRemoved':
        benchmarks.delete(event.data.benchmark_id);
        break;
      case 'SeriesDefined':
        series.set(event.data.series_id, event.data);
        break;
      default:
        continue;
    }
    position = event.position;
  }
  return { position, groups: byId(groups), benchmarks: byId(benchmarks), series: byId(series) };
}

function byId<T>(entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Generations for people. */
import type { GenerationOverview } from '../../projections/overview.ts';
import { count } from './format.ts';
import { momentText } from './rebuild.ts';
import { table } from './table.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `12.3 MB`. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

export function generationsTable(overview: readonly GenerationOverview[]): string {
  return table(
    [
      { title: 'generation' },
      { title: 'holds' },
      { title: 'position', align: 'right' },
      { title: 'behind', align: 'right' },
      { title: 'fold' },
      { title: 'keys', align: 'right' },
      { title: 'rows, about', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'quarantined', align: 'right' },
    ],
    overview.map((of) => [
      of.slot,
      holdsText(of),
      of.position === null ? '–' : count(of.position),
      of.lagEvents === null ? '–' : count(of.lagEvents),
      of.foldVersions.join(', '),
      count(of.keys),
      count(of.rows),
      sizeText(of.bytes),
      count(of.quarantinedKeys),
    ]),
  );
}

/** What it is there for. */
export function holdsText({ state, since, retainedUntil, knownAt, rebuildId }: GenerationOverview): string {
  const rebuild = rebuildId === null ? '' : `, rebuild ${rebuildId.slice(0, 8)}`;
  switch (state) {
    case 'active':
      return `what readers see${since === null ? '' : ` since ${momentText(since)}`}${rebuild}`;
    case 'empty':
      return 'nothing';
    case 'building':
      return `a rebuild in the making${rebuild}`;
    case 'built':
      return knownAt === null
        ? `waits for approval${rebuild}`
        : `what was known at position ${count(knownAt)}${rebuild}`;
    case 'retained':
      return `the former one, until ${retainedUntil === null ? 'pruned' : momentText(retainedUntil)}`;
  }
}

/** The golden log: `log.ndjson`, one event a line as it was stored once, never to be changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createCommandHandler } from '../../commands/handler/handler.ts';
import { rawItems } from '../../commands/handler/types.ts';
import { SCHEMA_VERSION } from '../../domain/events.ts';
import type { EventLog, StoredEvent } from '../../domain/log.ts';
import { upcast } from '../../domain/upcast.ts';
import type { StoredShape } from '../../domain/upcast.ts';
import type { Fact } from '../support/books.ts';
import type { Step } from './history/building.ts';
import { HISTORY } from './history/history.ts';

const FILE = new URL('log.ndjson', import.meta.url);

interface Line extends StoredShape {
  readonly streamId: string;
}

/** The events in order, each in the newest shape of its type. */
export function goldenFacts(): Fact[] {
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const stored = JSON.parse(line) as Line;
      return { streamId: stored.streamId, event: upcast(stored) };
    });
}

/** The same as a log hands them out. */
export function goldenEvents(): StoredEvent[] {
  const versions = new Map<string, number>();
  return goldenFacts().map(({ streamId, event }, index) => {
    const version = (versions.get(streamId) ?? 0) + 1;
    versions.set(streamId, version);
    return {
      ...event,
      position: index + 1,
      eventId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      streamId,
      version,
      effectiveAt: '2024-06-01T00:00:00.000000Z',
      recordedAt: '2024-06-01T00:00:00.000000Z',
      metadata: { source: 'cli' },
    };
  });
}

/** One by one, because the streams of one request are appended to side by side; values go by their series. */
function inOrder([name, items]: Step): Step[] {
  return name === 'prices' || name === 'fx-rates'
    ? [[name, items]]
    : items.map((item): Step => [name, [item]]);
}

/** Runs the commands of `history/` on an empty log and keeps what they append as the golden log. */
export async function writeGoldenLog(log: EventLog): Promise<void> {
  const commands = createCommandHandler({
    log,
    clock: () => '2024-06-01T00:00:00.000000Z',
    linkedSecurities: async () => [],
  });
  for (const [name, items] of HISTORY.flatMap(inOrder)) {
    const { results } = await commands.run(name, rawItems(items), { source: 'cli', pending: 'unchecked' });
    const refused = results.find(({ status }) => status === 'rejected');
    if (refused) throw new Error(`${name} ${refused.id}: ${refused.error?.message}`);
  }
  const events = await log.readFeed(0, 100_000);
  const lines = events.map(({ streamId, type, data }) =>
    JSON.stringify({ streamId, type, schemaVersion: SCHEMA_VERSION[type], data }),
  );
  writeFileSync(FILE, `${lines.join('\n')}\n`);
}

/**
 * A log that keeps appends back. What a batch of messages comes to is decided on it, message by message,
 * each seeing what the ones before it appended; then all appends are committed at once, together with
 * the offset. Whether they still hold is decided there: positions and versions told here are provisional.
 */
import type { AppendOutcome, AppendRequest, EventLog, NewEvent, StoredEvent } from '../../domain/log.ts';
import type { KnownKey } from './ports.ts';

export interface BufferedLog extends EventLog {
  /** Everything appended so far, in order. */
  requests(): readonly AppendRequest[];
  /** A point to go back to. */
  mark(): number;
  /** Forgets what was appended since; tells whether there was anything. */
  rollback(mark: number): boolean;
}

export interface BufferedLogOptions {
  readonly log: EventLog;
  /** Streams read beforehand, whole. Others are read when they are asked for. */
  readonly streams: ReadonlyMap<string, readonly StoredEvent[]>;
  /** What is known of keys, looked up beforehand: those not found map to `undefined`. */
  readonly keys: ReadonlyMap<string, KnownKey | undefined>;
}

/** Higher than any real position: what is only kept back comes after everything there is. */
const PROVISIONAL = Number.MAX_SAFE_INTEGER;

export function createBufferedLog({ log, streams, keys }: BufferedLogOptions): BufferedLog {
  const stash: AppendRequest[] = [];
  const added = new Map<string, NewEvent[]>();
  const used = new Map<string, string>();
  const read = new Map(streams);

  async function stored(streamId: string): Promise<readonly StoredEvent[]> {
    const known = read.get(streamId);
    if (known) return known;
    const events = await log.readStream(streamId);
    read.set(streamId, events);
    return events;
  }

  function add(request: AppendRequest, version: number): AppendOutcome {
    const { streamId, events, idempotency } = request;
    stash.push(request);
    const list = added.get(streamId);
    if (list) list.push(...events);
    else added.set(streamId, [...events]);
    if (idempotency) used.set(idempotency.key, idempotency.fingerprint);
    return {
      status: 'appended',
      firstPosition: PROVISIONAL,
      lastPosition: PROVISIONAL,
      version: version + events.length,
    };
  }

  async function versionOf(streamId: string): Promise<number> {
    return ((await stored(streamId)).at(-1)?.version ?? 0) + (added.get(streamId)?.length ?? 0);
  }

  async function findKey(key: string): Promise<KnownKey | undefined> {
    const fingerprint = used.get(key);
    if (fingerprint !== undefined)
      return { firstPosition: PROVISIONAL, lastPosition: PROVISIONAL, fingerprint };
    return keys.has(key) ? keys.get(key) : log.findKey(key);
  }

  async function append(request: AppendRequest): Promise<AppendOutcome> {
    const { streamId, expected, idempotency } = request;
    const known = idempotency && (await findKey(idempotency.key));
    if (known) {
      const { firstPosition, lastPosition, fingerprint } = known;
      return fingerprint === idempotency.fingerprint
        ? { status: 'duplicate', firstPosition, lastPosition }
        : { status: 'key_conflict', key: idempotency.key, firstPosition };
    }
    // Nobody looks at the version after an append to any version, so the stream need not be read for it.
    if (expected === 'any') return add(request, 0);
    const actual = await versionOf(streamId);
    if (actual !== (expected === 'none' ? 0 : expected))
      return { status: 'version_conflict', expected, actual };
    return add(request, actual);
  }

  return {
    append,
    async appendMany(requests) {
      const outcomes: AppendOutcome[] = [];
      for (const request of requests) outcomes.push(await append(request));
      return outcomes;
    },
    appendBulk: () => Promise.reject(new Error('a buffered log takes no imports')),
    async readStream(streamId, fromVersion = 1) {
      const events = [...(await stored(streamId))];
      for (const event of added.get(streamId) ?? [])
        events.push(provisional(event, streamId, (events.at(-1)?.version ?? 0) + 1));
      return fromVersion === 1 ? events : events.filter(({ version }) => version >= fromVersion);
    },
    findKey,
    readAt: (position) => log.readAt(position),
    readFeed: (after, limit, options) => log.readFeed(after, limit, options),
    head: () => log.head(),
    positionAt: (recordedAt) => log.positionAt(recordedAt),
    close: async () => undefined,
    requests: () => stash,
    mark: () => stash.length,
    rollback(mark) {
      const dropped = stash.splice(mark);
      for (const { streamId, events, idempotency } of dropped) {
        const list = added.get(streamId);
        list?.splice(list.length - events.length);
        if (list?.length === 0) added.delete(streamId);
        if (idempotency) used.delete(idempotency.key);
      }
      return dropped.length > 0;
    },
  };
}

function provisional(event: NewEvent, streamId: string, version: number): StoredEvent {
  return {
    ...event,
    streamId,
    version,
    position: PROVISIONAL,
    eventId: '00000000-0000-0000-0000-000000000000',
    recordedAt: event.effectiveAt,
  };
}

/** The event log in a few lines of memory: what the real ones are compared with. */
import type { AppendOutcome, AppendRequest } from '../../domain/log.ts';

export interface ModelEvent {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
}

export interface LogModel {
  readonly events: ModelEvent[];
  append(request: AppendRequest): AppendOutcome;
  /** All or nothing; versions are checked for `none` only. */
  appendBulk(requests: readonly AppendRequest[]): { committed: boolean; outcomes: AppendOutcome[] };
}

interface Key {
  readonly fingerprint: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** @param head the position before the model's first event. */
export function createLogModel(head: number): LogModel {
  const events: ModelEvent[] = [];
  let keys = new Map<string, Key>();

  function append({ streamId, expected, events: added, idempotency }: AppendRequest): AppendOutcome {
    const known = idempotency && keys.get(idempotency.key);
    if (idempotency && known) {
      const { firstPosition, lastPosition } = known;
      return known.fingerprint === idempotency.fingerprint
        ? { status: 'duplicate', firstPosition, lastPosition }
        : { status: 'key_conflict', key: idempotency.key, firstPosition };
    }
    const actual = events.filter((event) => event.streamId === streamId).length;
    if (expected !== 'any' && (expected === 'none' ? 0 : expected) !== actual) {
      return { status: 'version_conflict', expected, actual };
    }
    const firstPosition = head + events.length + 1;
    added.forEach((_, index) =>
      events.push({ position: firstPosition + index, streamId, version: actual + 1 + index }),
    );
    const lastPosition = head + events.length;
    if (idempotency)
      keys.set(idempotency.key, { fingerprint: idempotency.fingerprint, firstPosition, lastPosition });
    return { status: 'appended', firstPosition, lastPosition, version: actual + added.length };
  }

  return {
    events,
    append,
    appendBulk(requests) {
      const [eventsBefore, keysBefore] = [events.length, new Map(keys)];
      const outcomes = requests.map((request) =>
        append(typeof request.expected === 'number' ? { ...request, expected: 'any' } : request),
      );
      const committed = !outcomes.some(
        ({ status }) => status === 'version_conflict' || status === 'key_conflict',
      );
      if (!committed) {
        events.length = eventsBefore;
        keys = keysBefore;
      }
      return { committed, outcomes };
    },
  };
}

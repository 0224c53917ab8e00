import { EventLogError } from '../../domain/log-error.ts';
import type { AppendRequest, ExpectedVersion, NewEvent } from '../../domain/log.ts';
import type { EventShapes } from '../../domain/upcast.ts';
import { epochMicros } from './binary-array.ts';

/** An event as it goes over the wire. */
export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly effectiveMicros: bigint;
  readonly data: string;
  readonly metadata: string;
}

/** A request that is known to be storable: whatever can go wrong in encoding it went wrong before. */
export interface EncodedRequest {
  readonly streamId: string;
  readonly expected: ExpectedVersion;
  readonly key: string | undefined;
  readonly fingerprint: string;
  readonly events: readonly EncodedEvent[];
  /** About what it takes in memory and on the wire. */
  readonly bytes: number;
}

const BYTES_PER_EVENT = 100;

/** @throws EventLogError `invalid_append` */
export function encodeRequest(request: AppendRequest, shapes: EventShapes): EncodedRequest {
  if (request.events.length === 0) throw invalid(request, 'it has no events');
  const { expected } = request;
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw invalid(request, `${expected} is no version`);
  }
  const events = request.events.map((event) => encodeEvent(request, event, shapes));
  return {
    streamId: request.streamId,
    expected,
    key: request.idempotency?.key,
    fingerprint: request.idempotency?.fingerprint ?? '',
    events,
    bytes: events.reduce(
      (sum, { data, metadata }) => sum + data.length + metadata.length + BYTES_PER_EVENT,
      0,
    ),
  };
}

export function encodeEvent(request: AppendRequest, event: NewEvent, shapes: EventShapes): EncodedEvent {
  const schemaVersion = shapes.versions[event.type];
  if (schemaVersion === undefined)
    throw invalid(request, `the type ${JSON.stringify(event.type)} is not known`);
  try {
    return {
      type: event.type,
      schemaVersion,
      effectiveMicros: epochMicros(event.effectiveAt),
      data: JSON.stringify(event.data),
      metadata: JSON.stringify(event.metadata),
    };
  } catch (error) {
    throw invalid(request, error instanceof Error ? error.message : String(error), error);
  }
}

function invalid(request: AppendRequest, reason: string, cause?: unknown): EventLogError {
  return new EventLogError('invalid_append', `cannot append to ${request.streamId}: ${reason}`, { cause });
}

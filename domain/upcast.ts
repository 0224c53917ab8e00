/**
 * Brings stored events of older shapes into the newest one when they are read. Stored events never
 * change, so every shape there ever was stays readable.
 */
import { SCHEMA_VERSION, type DomainEvent } from './events.ts';

/** The data of an event as it was stored. */
export type StoredData = Readonly<Record<string, unknown>>;

/** Turns the data of one schema version into that of the next. Pure, and never asks the clock. */
export type UpcastStep = (data: StoredData) => StoredData;

export interface EventShapes {
  /** The newest schema version of each type. */
  readonly versions: Readonly<Record<string, number>>;
  /** For each type the steps from version 1 to 2, from 2 to 3, and so on up to the newest. */
  readonly steps: Readonly<Record<string, readonly UpcastStep[]>>;
}

/** The shapes of this program. A type whose version rises gets its step here. */
export const EVENT_SHAPES: EventShapes = { versions: SCHEMA_VERSION, steps: {} };

export type UpcastErrorCode = 'unknown_event_type' | 'unknown_schema_version';

/** A stored event that this program cannot read, most likely because a newer one wrote it. */
export class UpcastError extends Error {
  readonly code: UpcastErrorCode;

  constructor(code: UpcastErrorCode, message: string) {
    super(message);
    this.name = 'UpcastError';
    this.code = code;
  }
}

export interface StoredShape {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: StoredData;
}

/**
 * The event in the newest shape of its type.
 * @throws UpcastError for a type that is not known, a version newer than the newest, or one from which
 *   no chain of steps leads there.
 */
export function upcast(stored: StoredShape, shapes: EventShapes = EVENT_SHAPES): DomainEvent {
  const { type, schemaVersion } = stored;
  const newest = Object.hasOwn(shapes.versions, type) ? shapes.versions[type] : undefined;
  if (newest === undefined) {
    throw new UpcastError('unknown_event_type', `events of type ${JSON.stringify(type)} are not known`);
  }
  const steps = Object.hasOwn(shapes.steps, type) ? (shapes.steps[type] ?? []) : [];
  const reachable = schemaVersion === newest || (schemaVersion < newest && steps.length >= newest - 1);
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || !reachable) {
    throw new UpcastError(
      'unknown_schema_version',
      `${type} of schema version ${schemaVersion} cannot be read as version ${newest}`,
    );
  }
  const data = steps.slice(schemaVersion - 1, newest - 1).reduce((shape, step) => step(shape), stored.data);
  return { type, data } as DomainEvent;
}

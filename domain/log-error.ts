/** Failures of the event log itself. What the log decides (conflicts, duplicates) is a value instead. */

export type EventLogErrorCode =
  /** The log was closed before the call. */
  | 'closed'
  /** Too much is waiting to be appended; nothing of this call was. Try again later. */
  | 'overloaded'
  /** The request itself cannot be stored: no events, an instant that is none, data that is not JSON. */
  | 'invalid_append'
  /**
   * The store cannot be reached, or was lost during the call. An append may or may not have happened:
   * repeat it with the same idempotency key.
   */
  | 'unavailable'
  /** A stored event is of a type or a version this program does not know. */
  | 'unreadable_event'
  /** The store refused; nothing was appended. */
  | 'store_failed';

export class EventLogError extends Error {
  readonly code: EventLogErrorCode;

  constructor(code: EventLogErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'EventLogError';
    this.code = code;
  }
}

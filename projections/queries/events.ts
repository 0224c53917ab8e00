/** The log itself, for replay by others. */
import type { EventLog, FeedFilter, StoredEvent } from '../../domain/log.ts';

export interface EventsPage {
  readonly events: readonly StoredEvent[];
  /** Go on after this position: nothing matching lies at or below it that was not shown. */
  readonly next: number;
  readonly head: number;
}

/** The events after a position, none above `upTo` (the head of the log by default). */
export async function eventsAfter(
  log: Pick<EventLog, 'head' | 'readFeed'>,
  query: FeedFilter & { readonly after: number; readonly limit: number; readonly upTo?: number },
): Promise<EventsPage> {
  const head = await log.head();
  const { after, limit, upTo = head, ...filter } = query;
  const events = await log.readFeed(after, limit, { ...filter, upTo: Math.min(upTo, head) });
  // A short page was cut by the end of the log, not by the limit.
  const next = events.length < limit ? Math.max(after, Math.min(upTo, head)) : events.at(-1)!.position;
  return { events, next, head };
}

import { randomUUID } from 'node:crypto';
import type { AppendRequest, EventLog, ExpectedVersion, NewEvent, StoredEvent } from '../../domain/log.ts';

/** A name nobody else uses, so that tests can share a log. */
export const unique = (prefix: string): string => `${prefix}-${randomUUID()}`;

/** The smallest event there is; `date` tells one from another. */
export function calendarEvent(date = '2025-08-15'): NewEvent {
  return {
    type: 'BusinessDateAdvanced',
    data: { date },
    effectiveAt: '2025-08-15T10:00:00.000000Z',
    metadata: { source: 'cli' },
  };
}

export function closedEvent(portfolioId: string): NewEvent {
  return {
    type: 'PortfolioClosed',
    data: { portfolio_id: portfolioId, date: '2025-08-15' },
    effectiveAt: '2025-08-15T10:00:00.000001Z',
    metadata: { source: 'http', actor: 'somebody' },
  };
}

export interface RequestParts {
  readonly streamId: string;
  readonly expected?: ExpectedVersion;
  readonly events?: number | readonly NewEvent[];
  readonly key?: string;
  readonly fingerprint?: string;
}

export function request({
  streamId,
  expected = 'any',
  events = 1,
  key,
  fingerprint = 'f',
}: RequestParts): AppendRequest {
  return {
    streamId,
    expected,
    events: typeof events === 'number' ? Array.from({ length: events }, () => calendarEvent()) : events,
    ...(key === undefined ? {} : { idempotency: { key, fingerprint } }),
  };
}

/** The whole feed above a position, page by page. */
export async function readAll(log: EventLog, after: number, pageSize = 1_000): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await log.readFeed(events.at(-1)?.position ?? after, pageSize);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** Who was refused what, and what operators ordered: events of the log. */
import type { Instant } from '../../domain/dates.ts';
import { streams } from '../../domain/events.ts';
import type { DomainEvent, EventData } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import type { Orderer } from './ports.ts';

export type Refusal = Pick<EventData['AccessRefused'], 'principal' | 'reason'>;

export interface AccessAudit {
  /** Counts it; what came of a minute is one event for each principal and reason. Never waits, never fails. */
  refused(refusal: Refusal): void;
  /** Resolves when the order is in the log. */
  ordered(operation: string, detail: string | undefined, by: Orderer): Promise<void>;
  /** Appends what is counted and stops. */
  close(): Promise<void>;
}

export interface AccessAuditOptions {
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: () => Instant;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between the first refusal of a kind and its event. */
  readonly everyMs?: number;
}

interface Counted extends Refusal {
  count: number;
  readonly from: Instant;
  through: Instant;
}

const MINUTE = 60_000;
/** Kinds counted at once: beyond them all further principals are counted as one. */
const MOST_KINDS = 1_000;

export function createAccessAudit(options: AccessAuditOptions): AccessAudit {
  const { log, clock, onError, everyMs = MINUTE } = options;
  let counted = new Map<string, Counted>();
  let timer: NodeJS.Timeout | undefined;

  const append = async (event: DomainEvent, by: Orderer): Promise<void> => {
    await log.append({
      streamId: streams.audit,
      expected: 'any',
      events: [{ ...event, effectiveAt: clock(), metadata: { ...by } }],
    });
  };

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const kinds = [...counted.values()];
    counted = new Map();
    for (const data of kinds) {
      try {
        await append({ type: 'AccessRefused', data }, { source: 'http' });
      } catch (error) {
        onError(error);
      }
    }
  }

  function kindOf({ principal, reason }: Refusal): Refusal {
    const full = counted.size >= MOST_KINDS && !counted.has(`${reason} ${principal ?? ''}`);
    return principal === undefined || full ? { reason } : { principal, reason };
  }

  return {
    refused(refusal) {
      const kind = kindOf(refusal);
      const name = `${kind.reason} ${kind.principal ?? ''}`;
      const now = clock();
      const known = counted.get(name);
      if (known) {
        known.count += 1;
        known.through = now;
      } else counted.set(name, { ...kind, count: 1, from: now, through: now });
      timer ??= setTimeout(() => void flush(), everyMs).unref();
    },
    ordered: (operation, detail, by) =>
      append(
        { type: 'OperationOrdered', data: { operation, ...(detail === undefined ? {} : { detail }) } },
        by,
      ),
    close: flush,
  };
}

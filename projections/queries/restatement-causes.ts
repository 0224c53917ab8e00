/** Which events are behind a restatement, and behind each of its days. */
import type { Day, Instant } from '../../domain/dates.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { StoredEvent } from '../../domain/log.ts';
import { FROM_INCEPTION } from '../register/model.ts';
import type { ReadableLog } from './queries.ts';
import type { CauseView } from './restatement-view.ts';
import type { EpochRow } from './rows.ts';

/** Events named in a report; there may be more. */
export const MOST_CAUSES = 100;

/** A stretch of days that an event may have changed, both ends included. */
export interface Reach {
  /** The first day the event could change; the stretch may begin later. */
  readonly since: Day;
  readonly position: number;
  readonly cause: string;
  readonly from: Day;
  readonly through: Day;
  /** When it was ordered, where no event but an operator is behind it. */
  readonly orderedAt?: Instant;
}

/** Events by day. */
export interface Causes {
  /** Ascending positions. */
  of(day: Day): readonly number[];
  readonly views: readonly CauseView[];
  readonly more: number;
}

/** Causes behind which is an order; it stands at the position the log had then. */
const ORDERS = new Set(['operator', 'fold_version', 'regeneration', 'aggregation']);

/**
 * From the audit: what readers saw of the portfolio went from one epoch to the other through the epochs of
 * its keys that were flipped with its own. The first event of those that were folded together stands for all.
 *
 * @param audit of the portfolio and its keys, in the order of the flips
 */
export function reachesOfEpochs(audit: readonly EpochRow[], from: number, to: number): Reach[] {
  const own = audit.filter(
    ({ security_id: securityId, epoch }) => securityId === null && epoch > from && epoch <= to,
  );
  // The epochs of one flip have the transaction's time in common.
  const flips = new Set(own.map((row) => row.started_at));
  const keys = audit.filter((row) => row.security_id !== null && flips.has(row.started_at));
  const explained = new Set(keys.map((row) => row.started_at));
  return [...keys, ...own.filter((row) => !explained.has(row.started_at))].map((row) => ({
    position: row.cause_position,
    cause: row.cause,
    since: dayOf(row.from_date),
    from: dayOf(row.from_date),
    through: dayOf(row.through_date),
    ...(ORDERS.has(row.cause) ? { orderedAt: row.started_at } : {}),
  }));
}

/**
 * Puts reaches to the days they explain and names their events, the oldest first. An order changes no fact: it
 * is named for days that no event explains.
 */
export async function causesOf(
  log: Pick<ReadableLog, 'readFeed'>,
  reaches: readonly Reach[],
  changed: readonly Day[],
): Promise<Causes> {
  const byDay = new Map<Day, Set<number>>();
  const named = new Map<string, { readonly reach: Reach; since: Day }>();
  const explain = (reach: Reach, counts: (day: Day) => boolean) => {
    let explains = false;
    for (let i = firstFrom(changed, reach.from); i < changed.length && changed[i]! <= reach.through; i++) {
      const day = changed[i]!;
      if (!counts(day)) continue;
      explains = true;
      byDay.set(day, (byDay.get(day) ?? new Set()).add(reach.position));
    }
    if (!explains) return;
    // An order stands at the position of the last event before it, which may be a cause as well.
    const key = `${reach.position}/${reach.orderedAt === undefined ? 'event' : 'order'}`;
    const known = named.get(key);
    if (known) known.since = Math.min(known.since, reach.since);
    else named.set(key, { reach, since: reach.since });
  };
  const [events, orders] = [reaches.filter((reach) => !isOrder(reach)), reaches.filter(isOrder)];
  for (const reach of events.sort(byAge)) explain(reach, () => true);
  const explained = new Set(byDay.keys());
  for (const reach of orders.sort(byAge)) explain(reach, (day) => !explained.has(day));
  const shown = [...named.values()].sort((a, b) => byAge(a.reach, b.reach)).slice(0, MOST_CAUSES);
  const earliest = changed[0] ?? 0;
  const found = await eventsAt(
    log,
    shown.flatMap(({ reach }) => (isOrder(reach) ? [] : reach.position)),
  );
  return {
    of: (day) => [...(byDay.get(day) ?? [])].sort((a, b) => a - b),
    views: shown.flatMap(({ reach, since }) =>
      // What reaches back to inception has no day of its own.
      causeView(reach, found.get(reach.position), since === FROM_INCEPTION ? earliest : since),
    ),
    more: named.size - shown.length,
  };
}

function isOrder({ orderedAt }: Reach): boolean {
  return orderedAt !== undefined;
}

function byAge(a: Reach, b: Reach): number {
  return a.position - b.position || Number(isOrder(a)) - Number(isOrder(b));
}

function causeView(reach: Reach, event: StoredEvent | undefined, from: Day): CauseView[] {
  const { position, cause, orderedAt } = reach;
  const from_date = isoDate(from);
  if (orderedAt !== undefined)
    return [{ position, recorded_at: orderedAt, cause, type: null, security_id: null, from_date }];
  if (!event) return [];
  const { data, type, recordedAt } = event;
  return [
    {
      position,
      recorded_at: recordedAt,
      cause,
      type,
      security_id: 'security_id' in data ? data.security_id : null,
      from_date,
      ...('transaction_id' in data ? { transaction_id: data.transaction_id } : {}),
    },
  ];
}

/** Events read at a time: a report must leave connections to others. */
const AT_ONCE = 4;

async function eventsAt(
  log: Pick<ReadableLog, 'readFeed'>,
  positions: readonly number[],
): Promise<Map<number, StoredEvent>> {
  const events = new Map<number, StoredEvent>();
  const left = positions.values();
  const read = async () => {
    for (const position of left) {
      const [event] = await log.readFeed(position - 1, 1, { upTo: position });
      if (event) events.set(position, event);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return events;
}

/** Index of the first day that is not before `day`. */
function firstFrom(days: readonly Day[], day: Day): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

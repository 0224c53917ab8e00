/**
 * What is published in one process is told to the others: each then serves every symbol, whichever of them
 * takes its ticks.
 *
 * Nothing is missed, though notifications are lost on whoever does not listen just then:
 * - Whoever listens holds a lock for as long as its connection lives. Without anybody else's lock nothing
 *   is sent. A process first listens, then takes the lock, then reads the prices (`sweep`). Another one
 *   that found no lock had committed its ticks before it looked: the read that follows the lock sees them.
 * - A notification that fails is not repeated: it might have arrived, and come twice. Whoever missed it
 *   finds the change in its next sweep, which reads what was written since the last one and publishes
 *   what it has not heard of in the meantime.
 * - Alerts that are lost so are not made good here: their durable ways are webhooks and Kafka.
 */
import type { Logger } from '../../projections/logger.ts';
import type { MarketEvent, MarketEvents, Snapshot } from '../../projections/market/model.ts';
import { compareSnapshots } from '../../projections/market/snapshots.ts';
import type { Database } from '../database/database.ts';
import { openListener } from '../database/listener.ts';
import { eventOf, payloadsOf } from './relay-payloads.ts';
import { snapshotOf } from './snapshots.ts';
import type { SnapshotRow } from './snapshots.ts';

export interface RelayOptions {
  readonly database: Pick<Database, 'query'>;
  /** For a connection of its own. */
  readonly url: string;
  readonly events: MarketEvents;
  /** Different for every process. */
  readonly processId: string;
  readonly logger: Logger;
  /** How often what may have been missed is looked for. */
  readonly sweepMs?: number;
  /** Changes are given so long to be heard of before a sweep takes them for missed. */
  readonly settleMs?: number;
}

export interface Relay {
  /** Whether it listens. */
  connected(): boolean;
  counts(): RelayCounts;
  close(): Promise<void>;
}

export interface RelayCounts {
  /** Payloads sent and heard, and prices found by sweeps. */
  readonly sent: number;
  readonly heard: number;
  readonly swept: number;
  /** Prices and alerts left out because there were too many, or because they could not be sent. */
  readonly lost: number;
}

const CHANNEL = 'market_events';
const LOCK_CLASS = 1_128_680_772;
const LOCK_OBJECT = 1;

/** Prices and alerts that wait at most; what is beyond is left to the sweeps of the others. */
const MAX_WAITING = 100_000;
/** Payloads in one statement. */
const MAX_TOGETHER = 500;
/** A transaction commits within so long of the moment it writes down; sweeps overlap by that much. */
const OVERLAP_MS = 10_000;
const MAX_SWEPT = 100_000;

// Asked after the commit of what is to be told, see above. A lock of two numbers has subid 2.
const LISTENED_TO = `
  select exists (
    select from pg_locks
    where locktype = 'advisory' and classid = ${LOCK_CLASS} and objid = ${LOCK_OBJECT} and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and granted and pid <> $1) as others`;

// One statement, in order.
const NOTIFY = `
  select count(pg_notify('${CHANNEL}', payload))
  from (select payload from unnest($1::text[]) with ordinality as p (payload, place) order by place) p`;

const CHANGED = `
  select id, symbol, price, timestamp, volume, bid, ask, created_at, updated_at
  from price_snapshots
  where updated_at > $1::timestamptz and updated_at <= clock_timestamp() - make_interval(secs => $2)
  order by updated_at
  limit $3`;

const NOW = `select (clock_timestamp() - make_interval(secs => $1))::timestamptz as since`;

export function createRelay(options: RelayOptions): Relay {
  const { database, events, processId, logger, sweepMs = 10_000, settleMs = 2_000 } = options;
  const counts = { sent: 0, heard: 0, swept: 0, lost: 0 };
  /** The newest price heard of, by symbol: as many as there are symbols. */
  const heard = new Map<string, Snapshot>();
  let waiting: MarketEvent[] = [];
  let waitingItems = 0;
  let sending: Promise<void> | undefined;
  let pid = 0;
  let since: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  let passingOn = false;
  let closed = false;

  const listener = openListener({
    url: options.url,
    channel: CHANNEL,
    prepare: `select pg_advisory_lock_shared(${LOCK_CLASS}, ${LOCK_OBJECT})`,
    applicationName: 'chronofolio market relay',
    onConnected(connected) {
      pid = connected;
      void sweep(0);
    },
    onLost(error) {
      pid = 0;
      logger.warn('market events of other processes are not heard just now', { error });
    },
    onNotification(payload) {
      const event = eventOf(payload, processId);
      if (!event) return;
      counts.heard++;
      passOn(event);
    },
  });

  /** Publishes what is not from here, without sending it back. */
  function passOn(event: MarketEvent): void {
    passingOn = true;
    try {
      events.publish(event);
    } finally {
      passingOn = false;
    }
  }

  function hear(event: MarketEvent): void {
    if (event.type === 'prices') for (const snapshot of event.snapshots) note(snapshot);
    if (passingOn || closed) return;
    const items = event.type === 'prices' ? event.snapshots.length : event.alerts.length;
    if (items === 0) return;
    if (waitingItems + items > MAX_WAITING) {
      counts.lost += items;
      return;
    }
    waiting.push(event);
    waitingItems += items;
    sending ??= send();
  }

  function note(snapshot: Snapshot): boolean {
    const known = heard.get(snapshot.symbol);
    if (known && compareSnapshots(snapshot, known) <= 0) return false;
    heard.set(snapshot.symbol, snapshot);
    return true;
  }

  async function send(): Promise<void> {
    let failing = false;
    while (waiting.length > 0) {
      const told = waiting;
      const items = waitingItems;
      waiting = [];
      waitingItems = 0;
      try {
        const [listened] = await database.query<{ others: boolean }>(LISTENED_TO, [pid]);
        if (listened?.others) await tell(told);
        failing = false;
      } catch (error) {
        counts.lost += items;
        if (!failing) logger.warn('other processes cannot be told of market events just now', { error });
        failing = true;
      }
    }
    sending = undefined;
  }

  async function tell(told: readonly MarketEvent[]): Promise<void> {
    const payloads = told.flatMap((event) => {
      const packed = payloadsOf(event, processId);
      counts.lost += packed.omitted;
      return packed.payloads;
    });
    for (let i = 0; i < payloads.length; i += MAX_TOGETHER) {
      const together = payloads.slice(i, i + MAX_TOGETHER);
      await database.query(NOTIFY, [together]);
      counts.sent += together.length;
    }
  }

  /** @param settle milliseconds */
  function sweep(settle: number): Promise<void> {
    clearTimeout(timer);
    sweeping = (sweeping ?? Promise.resolve())
      .then(() => sweepOnce(settle))
      .finally(() => {
        clearTimeout(timer);
        if (!closed) timer = setTimeout(() => void sweep(settleMs), sweepMs).unref();
      });
    return sweeping;
  }

  async function sweepOnce(settle: number): Promise<void> {
    if (closed) return;
    try {
      const [before] = await database.query<{ since: string }>(NOW, [(OVERLAP_MS + settle) / 1000]);
      const rows = await database.query<SnapshotRow>(CHANGED, [
        since ?? before!.since,
        settle / 1000,
        MAX_SWEPT,
      ]);
      since = before!.since;
      const missed = rows.map(snapshotOf).filter((snapshot) => {
        const known = heard.get(snapshot.symbol);
        return !known || compareSnapshots(snapshot, known) > 0;
      });
      if (missed.length === 0) return;
      counts.swept += missed.length;
      passOn({ type: 'prices', snapshots: missed });
    } catch (error) {
      logger.warn('changed prices cannot be looked for just now', { error });
    }
  }

  const end = events.subscribe(hear);
  return {
    connected: () => pid !== 0,
    counts: () => ({ ...counts }),
    async close() {
      end();
      clearTimeout(timer);
      await sending;
      closed = true;
      await Promise.all([listener.close(), sweeping]);
      clearTimeout(timer);
    },
  };
}

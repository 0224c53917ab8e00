/** A symbol with its newest price, and those who want it. */
import type { Snapshot } from '../../projections/market/model.ts';
import { compareSnapshots, sameTick } from '../../projections/market/snapshots.ts';
import { textFrame } from './frame.ts';
import { outbound } from './messages.ts';
import type { Source } from './outbox.ts';

/**
 * A price becomes known in two ways: it is published, to everybody and in order, or it is read for somebody
 * who has just subscribed. The read one may be ahead of those that are still to be published: whoever was
 * sent it is noted, and is not sent anything older when that comes at last, while the others are.
 */
export interface Topic<C extends object> extends Source<C> {
  readonly symbol: string;
  readonly subscribers: Set<C>;
  /** Whether a price of it is known: then it is kept when nobody subscribes. */
  known(): boolean;
  /** @returns whether it is newer than what was published before, so that it is to be sent on */
  publish(snapshot: Snapshot, sequence: number): boolean;
  /**
   * Takes what a read found, if it is newer; `undefined`: there is no price yet.
   * @param others whether anybody who wants everything was served before
   */
  learn(snapshot: Snapshot | undefined, others: boolean): void;
  /** Whether the receiver has what is being published, or what is newer, from a read. */
  hasAlready(receiver: C, snapshot: Snapshot): boolean;
  /** Whether anybody was sent what is not published yet. */
  anyAhead(): boolean;
  /** The receiver wants nothing of it any more. */
  leave(receiver: C): void;
}

/** @param everything those who want every symbol */
export function createTopic<C extends object>(
  symbol: string,
  everything: ReadonlySet<C>,
  now: () => number,
): Topic<C> {
  /** The newest one published, and what the hub had counted then. */
  let published: Snapshot | undefined;
  let publishedAt = 0;
  /** It was read, and stands for everything up to it, its whole batch included. */
  let assumed = false;
  /** The newest one known. */
  let current: Snapshot | undefined;
  let framed: { readonly of: Snapshot; readonly frame: Buffer } | undefined;
  const subscribers = new Set<C>();
  const ahead = new Map<C, Snapshot>();
  /** Somebody subscribed when there was no price yet, and has to get every one that comes. */
  let missed = false;

  const isAhead = () => current !== undefined && (published === undefined || follows(current, published));

  return {
    symbol,
    subscribers,
    known: () => current !== undefined,
    wantedBy: (receiver) => subscribers.has(receiver) || everything.has(receiver),
    publish(snapshot, sequence) {
      if (published && assumed && compareSnapshots(snapshot, published) <= 0) {
        assumed = !reaches(snapshot, published);
        return false;
      }
      if (published && !follows(snapshot, published)) return false;
      // A read that is ahead stays so until what it found is published.
      if (!current || !isAhead() || reaches(snapshot, current)) current = snapshot;
      published = snapshot;
      publishedAt = sequence;
      assumed = false;
      return true;
    },
    learn(snapshot, others) {
      if (!snapshot) {
        missed ||= published === undefined;
        return;
      }
      if (!current || follows(snapshot, current)) current = snapshot;
      // Nobody waits for anything older: what is published late goes to nobody, and need not be noted.
      if (published || missed || others || ahead.size > 0) return;
      published = current;
      assumed = true;
    },
    hasAlready(receiver, snapshot) {
      const has = ahead.get(receiver);
      if (!has) return false;
      if (reaches(snapshot, has)) ahead.delete(receiver);
      return compareSnapshots(snapshot, has) <= 0;
    },
    anyAhead: () => ahead.size > 0,
    leave(receiver) {
      subscribers.delete(receiver);
      ahead.delete(receiver);
    },
    take(receiver, since) {
      if (!current) return undefined;
      // It was sent one that was published meanwhile, and what follows that one comes by itself.
      if (since !== undefined && publishedAt > since) return undefined;
      if (isAhead()) ahead.set(receiver, current);
      else ahead.delete(receiver);
      if (framed?.of !== current) framed = { of: current, frame: textFrame(outbound.price(current, now())) };
      return framed.frame;
    },
  };
}

/** Whether a state that came to be known later is another one than, and not older. */
function follows(later: Snapshot, earlier: Snapshot): boolean {
  const order = compareSnapshots(later, earlier);
  return order > 0 || (order === 0 && !sameTick(later, earlier));
}

/** Whether with this state everything up to `goal` is published. */
function reaches(snapshot: Snapshot, goal: Snapshot): boolean {
  const order = compareSnapshots(snapshot, goal);
  return order > 0 || (order === 0 && sameTick(snapshot, goal));
}

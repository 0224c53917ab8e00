/** Drives the register from the log's feed, each event exactly once. */
import type { EventLog, StoredEvent } from '../../domain/log.ts';
import { mentionedIn } from './mentioned.ts';
import { createRegister } from './register.ts';
import type { Known } from './model.ts';
import type { RegisterStore } from './store.ts';

const PAGE = 1_000;
/** Dated values gathered before they are written: bounds memory when one event holds years of prices. */
const VALUES_PER_WRITE = 50_000;

export interface RegisterDriver {
  /**
   * Registers everything committed to the log by now, in one transaction, and returns how many events
   * that were; 0 when there was nothing to do or another process is at it.
   *
   * One transaction up to the head, because an import is one commit in the log: its marks must become
   * visible together, or a worker could fold half of it.
   *
   * @param upTo no further than here; a position at which the log's head was seen
   */
  run(onProgress?: (position: number, head: number) => void, upTo?: number): Promise<number>;
}

export function createRegisterDriver(
  log: EventLog,
  store: RegisterStore,
  onRegistered?: (events: readonly StoredEvent[]) => void,
): RegisterDriver {
  // Records stay valid from run to run as long as nobody else has moved the checkpoint in between.
  let cache: { position: number; known: Known } | undefined;

  async function run(
    onProgress?: (position: number, head: number) => void,
    upTo = Infinity,
  ): Promise<number> {
    const head = Math.min(await log.head(), upTo);
    if (cache && cache.position >= head) return 0;
    const reused = cache;
    cache = undefined;
    const done = await store.exclusively(async (session, start) => {
      const known = reused?.position === start ? reused.known : emptyKnown();
      const register = createRegister(known);
      let position = start;
      let values = 0;
      while (position < head) {
        const events = await log.readFeed(position, PAGE, { upTo: head });
        const last = events.at(-1);
        if (!last) break;
        await session.load(mentionedIn(events), known);
        for (const event of events) {
          register.apply(event);
          values += weight(event);
        }
        position = last.position;
        if (values >= VALUES_PER_WRITE || position >= head) {
          await session.write(register.drain());
          // Kept until they are written: a correction on a later page would not find them in the tables.
          known.transactions.clear();
          values = 0;
        }
        onRegistered?.(events);
        onProgress?.(position, head);
      }
      if (position > start) await session.advance(position);
      return { known, start, position };
    });
    if (!done) return 0;
    cache = { position: done.position, known: done.known };
    return done.position - done.start;
  }

  return { run };
}

function weight(event: StoredEvent): number {
  switch (event.type) {
    case 'PricesRecorded':
      return event.data.prices.length;
    case 'FxRatesRecorded':
      return event.data.rates.length;
    default:
      return 1;
  }
}

export function emptyKnown(): Known {
  return {
    portfolios: new Map(),
    securities: new Map(),
    transactions: new Map(),
    lastPortfolioNo: 0,
    lastSecurityNo: 0,
  };
}

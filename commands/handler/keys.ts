/** The transactions of the keys a request works on, with those of the keys linked to them. */
import { streams } from '../../domain/events.ts';
import type { SecurityDetails, TransactionFields } from '../../domain/events.ts';
import type { EventLog, StoredEvent } from '../../domain/log.ts';
import type { KeyState } from '../deciders/transactions.ts';
import { keyAfter } from '../deciders/transactions.ts';
import type { Lookups } from './lookups.ts';
import type { LinkedSecurities } from './types.ts';

/** A key as it stands in the log. */
export interface LoadedKey {
  readonly state: KeyState;
  /** Of its stream; 0 when there is none. */
  readonly version: number;
  /** The last position of the stream; 0 when there is none. */
  readonly position: number;
}

const MAX_CACHED_KEYS = 500;

/**
 * Keys read in a request. A second look reads only what is new since the first, so that a hundred sales
 * of one key do not read its history a hundred times.
 */
export function createKeys(log: Pick<EventLog, 'readStream'>) {
  const cache = new Map<string, LoadedKey>();

  /** Identifiers may contain the sign that joins them in a stream's name, so the stream may be shared. */
  function belongs(event: StoredEvent, portfolioId: string, securityId: string): boolean {
    return (
      'portfolio_id' in event.data &&
      'security_id' in event.data &&
      event.data.portfolio_id === portfolioId &&
      event.data.security_id === securityId
    );
  }

  return async function load(portfolioId: string, securityId: string): Promise<LoadedKey> {
    const name = `${portfolioId} ${securityId}`;
    const known = cache.get(name) ?? { state: new Map(), version: 0, position: 0 };
    const events = await log.readStream(streams.transactions(portfolioId, securityId), known.version + 1);
    const last = events.at(-1);
    if (!last) return known;
    const own = events.filter((event) => belongs(event, portfolioId, securityId));
    const loaded: LoadedKey = {
      state: keyAfter(own, known.state),
      version: last.version,
      position: last.position,
    };
    if (cache.size >= MAX_CACHED_KEYS) cache.clear();
    cache.set(name, loaded);
    return loaded;
  };
}

export type LoadKey = ReturnType<typeof createKeys>;

/** Reorganisations recorded by this process, until the reader behind the port has surely seen them. */
export function createLinks(port: LinkedSecurities) {
  const recent = new Map<string, Set<string>>();
  const MAX_RECENT = 10_000;
  const remember = (portfolioId: string, from: string, to: string) => {
    const name = `${portfolioId} ${from}`;
    const known = recent.get(name) ?? new Set<string>();
    if (recent.size > MAX_RECENT) recent.clear();
    recent.set(name, known.add(to));
  };
  return {
    note({ portfolio_id, security_id, target_security_id }: TransactionFields): void {
      if (target_security_id === undefined) return;
      remember(portfolio_id, security_id, target_security_id);
      remember(portfolio_id, target_security_id, security_id);
    },
    /** The keys to fold together with a security, without it. */
    async around(portfolioId: string, securityIds: readonly string[]): Promise<string[]> {
      const found = new Set(securityIds);
      // A set is walked in the order of insertion, additions during the walk included.
      for (const each of found) {
        for (const linked of await port(portfolioId, each)) found.add(linked);
        for (const linked of recent.get(`${portfolioId} ${each}`) ?? []) found.add(linked);
      }
      found.delete(securityIds[0]!);
      return [...found];
    },
  };
}

export type Links = ReturnType<typeof createLinks>;

/** The details of the securities named, those that are known. */
export async function detailsOf(
  lookups: Lookups,
  securityIds: Iterable<string>,
): Promise<Map<string, SecurityDetails>> {
  const details = new Map<string, SecurityDetails>();
  for (const id of securityIds) {
    const known = (await lookups.security(id)).details;
    if (known) details.set(id, known);
  }
  return details;
}

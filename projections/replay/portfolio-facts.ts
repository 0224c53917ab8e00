/** The facts of one portfolio, read stream by stream: what others did is never loaded. */
import { streams } from '../../domain/events.ts';
import type { EventLog, FeedFilter, StoredEvent } from '../../domain/log.ts';
import type { ReadModels } from '../queries/read-model.ts';
import { createFactsCollector } from './facts.ts';
import type { Facts } from './facts.ts';

type Feed = Pick<EventLog, 'readFeed'>;

/** Few events, and any portfolio may depend on them. Closes are read for the securities met alone. */
export const SHARED = [
  'SecurityRegistered',
  'SecurityDetailsChanged',
  'SplitAnnounced',
  'FxRatesRecorded',
  'BusinessDateAdvanced',
];

const PAGE = 2_000;
/** Streams read at a time: a replay must leave connections to others. */
const AT_ONCE = 3;

/**
 * Exactly what `collectFacts` has of the portfolio, as long as every mention of a security names the
 * currency it is kept in, which the commands see to; of other portfolios it has nothing.
 *
 * @param securityIds every security that the portfolio has transactions on by then; more do no harm
 */
export async function collectPortfolioFacts(
  log: Feed,
  upTo: number,
  portfolioId: string,
  securityIds: Iterable<string>,
): Promise<Facts> {
  const collector = createFactsCollector();
  collector.add(await readPortfolioEvents(log, upTo, portfolioId, securityIds));
  return collector.facts(upTo);
}

/** Every event up to a position that the portfolio's figures may depend on, in the order of the log. */
export async function readPortfolioEvents(
  log: Feed,
  upTo: number,
  portfolioId: string,
  securityIds: Iterable<string>,
): Promise<StoredEvent[]> {
  const own = await readStreams(log, upTo, [
    streams.portfolio(portfolioId),
    ...[...securityIds].map((securityId) => streams.transactions(portfolioId, securityId)),
  ]);
  // Ids may hold the hyphen that stream names are joined with, so two portfolios can share a stream.
  const events = own.filter(({ data }) => 'portfolio_id' in data && data.portfolio_id === portfolioId);
  const prices = await readStreams(log, upTo, [...securitiesIn(events)].map(streams.prices));
  const shared = await readAll(log, upTo, { types: SHARED });
  return [...events, ...prices, ...shared].sort((a, b) => a.position - b.position);
}

/** The securities the events name, those that a correction took back included. */
function securitiesIn(events: readonly StoredEvent[]): Set<string> {
  const found = new Set<string>();
  for (const event of events) {
    if ('security_id' in event.data) found.add(event.data.security_id);
    const { target_security_id: target } =
      event.type === 'TransactionRecorded'
        ? event.data
        : event.type === 'TransactionCorrected'
          ? event.data.changes
          : {};
    if (target !== undefined) found.add(target);
  }
  return found;
}

async function readStreams(log: Feed, upTo: number, streamIds: readonly string[]): Promise<StoredEvent[]> {
  const events: StoredEvent[][] = [];
  const left = [...new Set(streamIds)];
  const reader = async () => {
    for (let streamId = left.pop(); streamId !== undefined; streamId = left.pop())
      events.push(await readAll(log, upTo, { streamId }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return events.flat();
}

async function readAll(log: Feed, upTo: number, filter: FeedFilter, from = 0): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let position = from; position < upTo;) {
    const page = await log.readFeed(position, PAGE, { ...filter, upTo });
    for (const event of page) events.push(event);
    if (page.length < PAGE) break;
    position = page.at(-1)!.position;
  }
  return events;
}

/**
 * The securities that a portfolio has transactions on by a position: those that readers' tables have
 * now, since none ever leaves, and those of the events that the tables do not have yet.
 */
export async function securitiesTraded(
  log: Feed,
  upTo: number,
  current: ReadModels['current'],
  portfolioId: string,
): Promise<Set<string>> {
  const { position, securityIds } = await current(async (model) => {
    const portfolio = await model.portfolio(portfolioId);
    if (!portfolio) return { position: (await model.version()).position, securityIds: new Set<string>() };
    return {
      position: portfolio.version.position,
      securityIds: new Set(await model.securitiesOf(portfolioId)),
    };
  });
  for (const { data } of await readAll(log, upTo, { types: ['TransactionRecorded'] }, position))
    if ('security_id' in data && 'portfolio_id' in data && data.portfolio_id === portfolioId)
      securityIds.add(data.security_id);
  return securityIds;
}

/**
 * The books as they were known at a position of the log, for reads with `known_at`: the log is replayed
 * up to there through the same fold as ever, and a few replays are kept.
 */
import type { SecurityDetails } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import type { ReadModel, ReadModels } from '../queries/read-model.ts';
import type { SecurityRecord } from '../register/model.ts';
import { collectFacts } from './facts.ts';
import type { Facts } from './facts.ts';
import { foldProgress, foldWhole } from './folded.ts';
import type { Foldable, Progressed } from './folded.ts';
import { replayGroup } from './group-reads.ts';
import type { GroupReplay } from './group-reads.ts';
import { ledgerOf } from './ledger.ts';
import { keptFeed } from './kept-feed.ts';
import { createLru } from './lru.ts';
import { collectPortfolioFacts, securitiesTraded, SHARED } from './portfolio-facts.ts';
import { replayedReadModel } from './read-model.ts';
import type { Replay, Replays } from './read-model.ts';
import { currencyElsewhere } from './security-currency.ts';

export interface KnownAtOptions {
  /**
   * The readers' tables as they are now. With them, what a single portfolio asks for is read stream by
   * stream; without, any replay reads the whole log up to its position.
   */
  readonly current?: ReadModels['current'];
  /** How many replays of one portfolio each are kept (8 by default)… */
  readonly maxEntries?: number;
  /** …and how many rows in all of them together (500,000 by default). The last one is always kept. */
  readonly maxRows?: number;
  /** Events of single portfolios kept for replays to other positions (50,000 by default). */
  readonly maxEvents?: number;
}

/** For all portfolios, for one, or for some: a model answers for those alone. */
export type KnownAt = (position: number, portfolios?: string | readonly string[]) => Promise<ReadModel>;

type Log = Pick<EventLog, 'head' | 'readFeed'>;

interface Knowledge extends Foldable {
  readonly securities: ReadonlyMap<number, SecurityRecord>;
}

/** The facts of all portfolios, and how far those have come that were asked for in a list. */
interface WholeKnowledge extends Knowledge {
  readonly progress: Map<string, Promise<Progressed>>;
}

/** Whole logs are replayed for lists over all portfolios: rarely, and one after another. */
const WHOLE_ENTRIES = 2;

/**
 * Answers `known_at`. A position beyond the head of the log is the head: what comes after it is not
 * known yet. A model for one portfolio answers for that one alone.
 */
export function createKnownAt(log: Log, options: KnownAtOptions = {}): KnownAt {
  const { current, maxEntries = 8, maxRows: maxWeight = 500_000, maxEvents = 50_000 } = options;
  const kept = keptFeed(log, { types: SHARED, maxWeight: maxEvents });
  const wholes = createLru<WholeKnowledge>({
    maxEntries: WHOLE_ENTRIES,
    maxWeight,
    weigh: ({ facts }) => weightOf(facts),
  });
  const replays = createLru<{ knowledge: Knowledge; replay: Replay | undefined; weight: number }>({
    maxEntries,
    maxWeight,
    weigh: ({ weight }) => weight,
  });

  const groups = createLru<GroupReplay>({
    maxEntries,
    maxWeight,
    weigh: ({ members, days, movements }) => members.length + days.length + movements.length,
  });

  function groupAt(
    position: number,
    portfolioIds: readonly string[],
    replayOf: Replays['replay'],
  ): Promise<GroupReplay> {
    return groups.get(`${position}/${portfolioIds.join(',')}`, () => replayGroup(portfolioIds, replayOf));
  }

  function whole(position: number): Promise<WholeKnowledge> {
    return wholes.get(String(position), async () => ({
      ...knowledgeOf(await collectFacts(log, position)),
      progress: new Map(),
    }));
  }

  async function replayOf(portfolioId: string, knowledge: Knowledge): Promise<Replay | undefined> {
    const record = knowledge.facts.known.portfolios.get(portfolioId);
    return record && { ...knowledge, folded: await foldWhole(knowledge, record) };
  }

  /** All portfolios at a position. */
  function allAt(position: number): Replays {
    const all: Replays = {
      position,
      portfolioIds: async () => [...(await whole(position)).facts.known.portfolios.keys()].sort(),
      async progress(portfolioId) {
        const { progress, ...knowledge } = await whole(position);
        const record = knowledge.facts.known.portfolios.get(portfolioId);
        if (!record) return undefined;
        const kept = progress.get(portfolioId) ?? foldProgress(knowledge, record);
        progress.set(portfolioId, kept);
        return kept;
      },
      async replay(portfolioId) {
        const { replay } = await replays.get(`${position}/${portfolioId}`, async () => {
          const knowledge = await whole(position);
          const made = await replayOf(portfolioId, knowledge);
          return { knowledge, replay: made, weight: made?.folded.rows ?? 0 };
        });
        return replay;
      },
      group: (portfolioIds) => groupAt(position, portfolioIds, (id) => all.replay(id)),
      securities: async () => detailsIn((await whole(position)).facts),
      securityCurrency: async (securityId) =>
        (await whole(position)).facts.known.securities.get(securityId)?.details.currency,
      fxRates: async () => (await whole(position)).facts.market.fxRates,
    };
    return all;
  }

  /** One portfolio at a position, without reading what others did. */
  function oneAt(position: number, portfolioId: string, tables: ReadModels['current']): Replays {
    const get = () =>
      replays.get(`${position}/${portfolioId}`, async () => {
        const traded = await securitiesTraded(log, position, tables, portfolioId);
        const facts = await collectPortfolioFacts(kept, position, portfolioId, traded);
        const knowledge = knowledgeOf(facts);
        const replay = await replayOf(portfolioId, knowledge);
        return { knowledge, replay, weight: weightOf(facts) + (replay?.folded.rows ?? 0) };
      });
    const only = async (id: string) => (id === portfolioId ? (await get()).replay : undefined);
    return {
      position,
      portfolioIds: async () => ((await get()).replay ? [portfolioId] : []),
      progress: async (id) => (await only(id))?.folded,
      replay: only,
      group: (portfolioIds) => groupAt(position, portfolioIds, only),
      securities: async () => detailsIn((await get()).knowledge.facts),
      securityCurrency: async (securityId) =>
        (await get()).knowledge.facts.known.securities.get(securityId)?.details.currency ??
        currencyElsewhere(log, tables, position, securityId),
      fxRates: async () => (await get()).knowledge.facts.market.fxRates,
    };
  }

  /** Some portfolios at a position, each by itself: of the log, what others did is not read. */
  function someAt(position: number, portfolioIds: readonly string[], tables: ReadModels['current']): Replays {
    const each = new Map(portfolioIds.map((id) => [id, oneAt(position, id, tables)]));
    const [first] = each.values();
    const replay = async (id: string) => each.get(id)?.replay(id);
    return {
      position,
      portfolioIds: async () => {
        const known: string[] = [];
        for (const one of each.values()) known.push(...(await one.portfolioIds()));
        return known.sort();
      },
      progress: async (id) => each.get(id)?.progress(id),
      replay,
      group: (portfolioIds) => groupAt(position, portfolioIds, replay),
      async securities() {
        const all = new Map<string, SecurityDetails>();
        for (const one of each.values())
          for (const details of await one.securities()) all.set(details.security_id, details);
        return [...all.values()];
      },
      securityCurrency: async (securityId) => first?.securityCurrency(securityId),
      fxRates: async () => (await first?.fxRates()) ?? [],
    };
  }

  return async (position, portfolios) => {
    const at = Math.max(0, Math.min(position, await log.head()));
    if (portfolios === undefined || !current) return replayedReadModel(allAt(at));
    return replayedReadModel(
      typeof portfolios === 'string' ? oneAt(at, portfolios, current) : someAt(at, portfolios, current),
    );
  };
}

function detailsIn({ known }: Facts): SecurityDetails[] {
  return [...known.securities.values()].map(({ details }) => details);
}

function knowledgeOf(facts: Facts): Knowledge {
  const securities = new Map<number, SecurityRecord>();
  for (const security of facts.known.securities.values()) securities.set(security.securityNo, security);
  return { facts, ledger: ledgerOf(facts), securities };
}

function weightOf({ known, market }: Facts): number {
  return known.transactions.size + market.prices.length + market.fxRates.length;
}

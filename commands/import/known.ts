/** What the import knows of portfolios and securities: the log's word, and its own rows on top of it. */
import type { SecurityDetails } from '../../domain/events.ts';
import { inOrder } from '../handler/in-order.ts';
import type { Lookups } from '../handler/lookups.ts';
import type { PortfolioState } from '../deciders/portfolio.ts';
import { evolvePortfolio, initialPortfolio } from '../deciders/portfolio.ts';
import type { SecurityState } from '../deciders/security.ts';
import { decideRegisterSecurity, evolveSecurity, initialSecurity } from '../deciders/security.ts';
import { cashCurrency } from '../../domain/events.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { Draft } from './draft.ts';

const LOADS_AT_ONCE = 16;

async function loadAll<T>(
  ids: ReadonlySet<string>,
  load: (id: string) => Promise<T>,
): Promise<Map<string, T>> {
  const states = new Map<string, T>();
  const loaded = inOrder(ids, async (id) => [id, await load(id)] as const, {
    keys: () => [],
    window: LOADS_AT_ONCE,
  });
  for await (const [id, state] of loaded) states.set(id, state);
  return states;
}

function portfoliosNamed(draft: Draft): Set<string> {
  const ids = new Set<string>();
  for (const { command } of draft.lists.portfolios) ids.add(command.portfolio_id);
  for (const { command } of draft.lists['portfolio-closures']) ids.add(command.portfolio_id);
  for (const { command } of draft.lists.transactions) ids.add(command.portfolio_id);
  return ids;
}

function securitiesNamed(draft: Draft): Set<string> {
  const ids = new Set(draft.prices.keys());
  for (const { command } of draft.lists.securities) ids.add(command.security_id);
  for (const { command } of draft.lists.splits) ids.add(command.security_id);
  for (const { command } of draft.lists.transactions) {
    ids.add(command.security_id);
    if (command.target_security_id !== undefined) ids.add(command.target_security_id);
  }
  for (const { command } of draft.lists.corrections)
    if (command.target_security_id !== undefined) ids.add(command.target_security_id);
  return ids;
}

export interface Known {
  portfolio(portfolioId: string): PortfolioState;
  security(securityId: string): SecurityState;
  /** Takes in what a row leads to. */
  apply(event: DomainEvent): void;
  /**
   * The details of a security that is known, or that is registered by being named with a currency;
   * `register` is called for the latter. Undefined when no row names its currency.
   */
  mentioned(
    securityId: string,
    currency: string | undefined,
    register: (event: DomainEvent) => void,
  ): SecurityDetails | undefined;
  /** Portfolios and securities that turn up only in what a correction refers to. */
  learn(lookups: Lookups, portfolioId: string, securityId: string): Promise<void>;
}

/** Loads everything the draft names. */
export async function loadKnown(draft: Draft, lookups: Lookups): Promise<Known> {
  const portfolios = await loadAll(portfoliosNamed(draft), lookups.portfolio);
  const securities = await loadAll(securitiesNamed(draft), lookups.security);
  const known: Known = {
    portfolio: (id) => portfolios.get(id) ?? initialPortfolio(),
    security: (id) => securities.get(id) ?? initialSecurity(),
    apply(event) {
      if ('security_id' in event.data)
        securities.set(event.data.security_id, evolveSecurity(known.security(event.data.security_id), event));
      else if ('portfolio_id' in event.data)
        portfolios.set(
          event.data.portfolio_id,
          evolvePortfolio(known.portfolio(event.data.portfolio_id), event),
        );
    },
    mentioned(securityId, currency, register) {
      const { details } = known.security(securityId);
      if (details) return details;
      const named = draft.currencies.get(securityId) ?? currency ?? cashCurrency(securityId);
      if (named === undefined) return undefined;
      const decision = decideRegisterSecurity(
        { security_id: securityId, currency: named },
        initialSecurity(),
        draft.cash.has(securityId) ? 'cash' : 'other',
      );
      const [event] = decision.ok ? decision.events : [];
      if (!event) return undefined;
      known.apply(event);
      register(event);
      return known.security(securityId).details;
    },
    async learn(from, portfolioId, securityId) {
      if (!portfolios.has(portfolioId)) portfolios.set(portfolioId, await from.portfolio(portfolioId));
      if (!securities.has(securityId)) securities.set(securityId, await from.security(securityId));
    },
  };
  return known;
}

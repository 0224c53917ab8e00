/** The portfolios and securities a request refers to, each read once. */
import type { EventLog } from '../../domain/log.ts';
import { streams } from '../../domain/events.ts';
import type { PortfolioState } from '../deciders/portfolio.ts';
import { evolvePortfolio, initialPortfolio } from '../deciders/portfolio.ts';
import type { SecurityState } from '../deciders/security.ts';
import { evolveSecurity, initialSecurity } from '../deciders/security.ts';

/** Enough for any request of one person; a stream of more starts over rather than filling the memory. */
const MAX_CACHED = 20_000;

function cached<T>(load: (id: string) => Promise<T>) {
  const entries = new Map<string, Promise<T>>();
  return {
    get(id: string): Promise<T> {
      const known = entries.get(id);
      if (known) return known;
      if (entries.size >= MAX_CACHED) entries.clear();
      const loading = load(id);
      entries.set(id, loading);
      return loading;
    },
    forget: (id: string) => void entries.delete(id),
  };
}

export interface Lookups {
  portfolio(portfolioId: string): Promise<PortfolioState>;
  security(securityId: string): Promise<SecurityState>;
  forgetPortfolio(portfolioId: string): void;
  forgetSecurity(securityId: string): void;
}

/** Lookups for one request: they do not see what others change after the first look. */
export function createLookups(log: Pick<EventLog, 'readStream'>): Lookups {
  const portfolios = cached(async (id) =>
    (await log.readStream(streams.portfolio(id))).reduce<PortfolioState>(evolvePortfolio, initialPortfolio()),
  );
  const securities = cached(async (id) =>
    (await log.readStream(streams.security(id))).reduce<SecurityState>(evolveSecurity, initialSecurity()),
  );
  return {
    portfolio: portfolios.get,
    security: securities.get,
    forgetPortfolio: portfolios.forget,
    forgetSecurity: securities.forget,
  };
}

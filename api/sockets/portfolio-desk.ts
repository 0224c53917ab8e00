/** Who wants the live values of which portfolios. */
import type { LiveNews, LiveValues } from '../../projections/market/live-values.ts';
import type { Client } from './client.ts';
import { textFrame } from './frame.ts';
import { outbound } from './messages.ts';
import type { Source } from './outbox.ts';

export interface PortfolioDesk {
  /** Confirmed with the first value. */
  subscribe(client: Client, portfolioId: string): void;
  /** @returns whether it was subscribed */
  unsubscribe(client: Client, portfolioId: string): boolean;
  leave(client: Client): void;
  close(): void;
}

interface Watched extends Source<Client> {
  readonly subscribers: Set<Client>;
  /** Those who have not been told yet that they are subscribed. */
  readonly fresh: Set<Client>;
  frame: Buffer | undefined;
  stop(): void;
}

/** What is said of a portfolio that there is not. */
export function unknownPortfolio(portfolioId: string): string {
  return `unknown portfolio: ${portfolioId}`;
}

export interface PortfolioDeskOptions {
  readonly now: () => number;
  /** Told of messages that were written, and of those that newer ones took the place of. */
  readonly report: (messages: number, conflated: number) => void;
  /** Runs what changes the subscriptions of a client. */
  readonly counting: (client: Client, change: () => void) => void;
}

export function createPortfolioDesk(
  values: LiveValues,
  { now, report, counting }: PortfolioDeskOptions,
): PortfolioDesk {
  const watched = new Map<string, Watched>();

  function watch(portfolioId: string): Watched {
    const subscribers = new Set<Client>();
    const portfolio: Watched = {
      subscribers,
      fresh: new Set(),
      frame: undefined,
      take: () => portfolio.frame,
      wantedBy: (client) => subscribers.has(client),
      stop: () => undefined,
    };
    watched.set(portfolioId, portfolio);
    portfolio.stop = values.watch(portfolioId, (news) => hear(portfolioId, portfolio, news));
    return portfolio;
  }

  function hear(portfolioId: string, portfolio: Watched, news: LiveNews): void {
    if (typeof news === 'string') {
      const error = news === 'unknown' ? unknownPortfolio(portfolioId) : 'too many portfolios are watched';
      for (const client of [...portfolio.subscribers]) {
        counting(client, () => drop(client, portfolioId));
        client.complain(error);
      }
      return;
    }
    portfolio.frame = textFrame(outbound.portfolio(news, now()));
    for (const client of portfolio.subscribers) give(client, portfolioId, portfolio, portfolio.frame);
  }

  function give(client: Client, portfolioId: string, portfolio: Watched, frame: Buffer): void {
    if (portfolio.fresh.delete(client))
      client.send(outbound.changed('subscribed', [], now(), { portfolio: portfolioId }));
    if (!client.open()) return;
    if (client.outbox.clear()) {
      client.outbox.send(frame);
      report(1, 0);
    } else if (client.outbox.owe(portfolio, frame.length)) report(0, 1);
  }

  function drop(client: Client, portfolioId: string): boolean {
    const portfolio = watched.get(portfolioId);
    client.portfolios.delete(portfolioId);
    if (!portfolio?.subscribers.delete(client)) return false;
    portfolio.fresh.delete(client);
    if (portfolio.subscribers.size === 0) {
      watched.delete(portfolioId);
      portfolio.stop();
    }
    return true;
  }

  return {
    subscribe(client, portfolioId) {
      const portfolio = watched.get(portfolioId) ?? watch(portfolioId);
      client.portfolios.add(portfolioId);
      portfolio.subscribers.add(client);
      portfolio.fresh.add(client);
      if (portfolio.frame) give(client, portfolioId, portfolio, portfolio.frame);
    },
    unsubscribe: drop,
    leave(client) {
      for (const portfolioId of [...client.portfolios]) drop(client, portfolioId);
    },
    close() {
      for (const portfolio of watched.values()) portfolio.stop();
      watched.clear();
    },
  };
}

/** Portfolios: opening, changing, closing, and the opening of one met by the way. */
import type { PortfolioSettings } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import { decided, NOTHING_NEW } from '../deciders/decision.ts';
import type { PortfolioState } from '../deciders/portfolio.ts';
import {
  decideClosePortfolio,
  decideOpenPortfolio,
  evolvePortfolio,
  initialPortfolio,
  newPortfolio,
} from '../deciders/portfolio.ts';
import type { ClosePortfolio, OpenPortfolio } from '../schemas/portfolio.ts';
import { decideOnStream } from './appending.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';

function stateOf(events: readonly StoredEvent[]): PortfolioState {
  return events.reduce<PortfolioState>(evolvePortfolio, initialPortfolio());
}

export async function openPortfolio(
  request: Request,
  command: OpenPortfolio,
  index: number,
): Promise<Outcome> {
  const outcome = await decideOnStream(
    request.dependencies,
    streams.portfolio(command.portfolio_id),
    (events) => decideOpenPortfolio(command, stateOf(events)),
    request.context,
    index,
  );
  request.lookups.forgetPortfolio(command.portfolio_id);
  return outcome;
}

export async function closePortfolio(
  request: Request,
  command: ClosePortfolio,
  index: number,
): Promise<Outcome> {
  const outcome = await decideOnStream(
    request.dependencies,
    streams.portfolio(command.portfolio_id),
    (events) => decideClosePortfolio(command, stateOf(events)),
    request.context,
    index,
  );
  request.lookups.forgetPortfolio(command.portfolio_id);
  return outcome;
}

/**
 * The settings of a portfolio first met in a transaction: kept in that transaction's currency, with
 * explicit cash, since an upstream that knows nothing of us sends its own cash movements.
 */
export function mentionedPortfolio(portfolioId: string, currency: string): PortfolioSettings {
  return newPortfolio({ portfolio_id: portfolioId, base_currency: currency }, 'explicit');
}

/** Opens a portfolio met by the way, unless somebody did so meanwhile. */
export async function openMentioned(request: Request, settings: PortfolioSettings): Promise<void> {
  const { idempotency: _none, ...context } = request.context;
  await decideOnStream(
    request.dependencies,
    streams.portfolio(settings.portfolio_id),
    (events) => (events.length > 0 ? NOTHING_NEW : decided({ type: 'PortfolioOpened', data: settings })),
    context,
  );
  request.lookups.forgetPortfolio(settings.portfolio_id);
}

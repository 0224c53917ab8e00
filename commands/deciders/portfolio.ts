/** A portfolio: opened, its settings changed, closed. */
import type { CashMode, DomainEvent, PortfolioSettings } from '../../domain/events.ts';
import type { ClosePortfolio, OpenPortfolio } from '../schemas/portfolio.ts';
import { changedFields, defined } from './changes.ts';
import type { Decision, Refusal } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';

export interface PortfolioState {
  /** Absent while the portfolio is not known. */
  readonly settings?: PortfolioSettings;
  readonly closedOn?: string;
}

export function initialPortfolio(): PortfolioState {
  return {};
}

export function evolvePortfolio(state: PortfolioState, event: DomainEvent): PortfolioState {
  switch (event.type) {
    case 'PortfolioOpened':
      return { settings: event.data };
    case 'PortfolioSettingsChanged':
      return state.settings ? { ...state, settings: { ...state.settings, ...event.data.changes } } : state;
    case 'PortfolioClosed':
      return { ...state, closedOn: event.data.date };
    default:
      return state;
  }
}

/** The settings of a new portfolio: what is given, and the defaults for the rest. */
export function newPortfolio(command: OpenPortfolio, cash: CashMode = 'derived'): PortfolioSettings {
  return defined({
    portfolio_id: command.portfolio_id,
    base_currency: command.base_currency,
    name: command.name,
    open_date: command.open_date,
    cost_basis_method: command.cost_basis_method ?? 'fifo',
    cash: command.cash ?? cash,
    allow_short: command.allow_short ?? false,
    time_zone: command.time_zone ?? 'UTC',
    inflow_timing: command.inflow_timing ?? 'bod',
    outflow_timing: command.outflow_timing ?? 'eod',
  });
}

/** Days and base amounts of everything recorded depend on these. */
const FIXED = ['base_currency', 'time_zone'] as const;

/** Opens the portfolio, or changes the settings the command names of one that exists. */
export function decideOpenPortfolio(command: OpenPortfolio, state: PortfolioState): Decision {
  if (!state.settings) return decided({ type: 'PortfolioOpened', data: newPortfolio(command) });
  const changes = changedFields<PortfolioSettings>(state.settings, command);
  if (Object.keys(changes).length === 0) return NOTHING_NEW;
  if (state.closedOn !== undefined) return closedRefusal(command.portfolio_id, state.closedOn);
  const { settings } = state;
  const fixed = FIXED.filter((field) => changes[field] !== undefined);
  if (fixed.length > 0)
    return refuse(
      'conflict',
      ...fixed.map((field) => ({
        field,
        rule: 'immutable',
        message: `${command.portfolio_id} was opened with ${settings[field]} and keeps it`,
      })),
    );
  return decided({
    type: 'PortfolioSettingsChanged',
    data: { portfolio_id: command.portfolio_id, changes },
  });
}

export function decideClosePortfolio(command: ClosePortfolio, state: PortfolioState): Decision {
  if (!state.settings) return unknownPortfolio(command.portfolio_id);
  if (state.closedOn === command.date) return NOTHING_NEW;
  if (state.closedOn !== undefined) return closedRefusal(command.portfolio_id, state.closedOn);
  return decided({ type: 'PortfolioClosed', data: command });
}

export function unknownPortfolio(portfolioId: string): Refusal {
  return refuse('not_found', {
    field: 'portfolio_id',
    rule: 'not_found',
    message: `there is no portfolio ${portfolioId}`,
  });
}

export function closedRefusal(portfolioId: string, date: string): Refusal {
  return refuse('closed', {
    field: 'portfolio_id',
    rule: 'closed',
    message: `${portfolioId} was closed on ${date}`,
  });
}

/** `POST /v1/portfolios` and the closing of one. */
import { z } from 'zod';
import { parseWith } from './parse.ts';
import { currency, date, identifier, text, timeZone } from './fields.ts';

export const COST_BASIS_METHODS = ['fifo', 'average', 'lifo', 'hifo', 'specific'] as const;

export const portfolioSchema = z
  .strictObject({
    portfolio_id: identifier,
    base_currency: currency,
    name: text(200).optional(),
    open_date: date.optional(),
    cost_basis_method: z
      .enum(COST_BASIS_METHODS)
      .optional()
      .describe('Which lots a disposal takes; fifo unless given.'),
    cash: z
      .enum(['derived', 'explicit'])
      .optional()
      .describe('Whether trades move the cash by themselves (derived, the default).'),
    allow_short: z
      .boolean()
      .optional()
      .describe('Whether more may be sold than is held; false unless given.'),
    time_zone: timeZone.optional(),
    inflow_timing: z.enum(['bod', 'eod']).optional().describe('When inflows count within a day; bod.'),
    outflow_timing: z.enum(['bod', 'eod']).optional().describe('When outflows count within a day; eod.'),
  })
  .meta({
    description: 'Opens a portfolio, or changes the settings given of one that exists.',
    examples: [{ portfolio_id: 'PORT_001', base_currency: 'USD', name: 'Growth' }],
  });

export type OpenPortfolio = z.output<typeof portfolioSchema>;

export function parsePortfolio(input: unknown) {
  return parseWith(portfolioSchema, input);
}

export const closePortfolioSchema = z.strictObject({ portfolio_id: identifier, date }).meta({
  description: 'Closes a portfolio: it takes no new transactions.',
  examples: [{ portfolio_id: 'PORT_001', date: '2025-12-31' }],
});

export type ClosePortfolio = z.output<typeof closePortfolioSchema>;

export function parseClosePortfolio(input: unknown) {
  return parseWith(closePortfolioSchema, input);
}

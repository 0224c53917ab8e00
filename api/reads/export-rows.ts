/** The schemas of the rows of exports. */
import { z } from '@hono/zod-openapi';
import { fraction, isoDate, money, number } from './rows.ts';

const id = z.string();
const currency = z.string().meta({ example: 'USD' });
const epoch = z.int().meta({ description: 'The epoch that wrote the row.', example: 0 });
const estimated = z.boolean().meta({
  description: 'Valued by a trade price or by a close more than a week old.',
});

export const exportedPositionDay = z
  .object({
    portfolio_id: id.meta({ example: 'PORT_001' }),
    security_id: id.meta({ example: 'SEC_AAPL' }),
    date: isoDate,
    currency,
    base_currency: currency,
    quantity: number,
    cost: money,
    bod_market_value: money.nullable(),
    bod_cashflow_position: money.nullable(),
    eod_cashflow_position: money.nullable(),
    bod_cashflow_portfolio: money.nullable(),
    eod_cashflow_portfolio: money.nullable(),
    eod_market_value: money.nullable(),
    income: money,
    fees: money,
    taxes: money,
    bod_fx_rate: number.nullable(),
    fx_rate: number.nullable(),
    cost_base: money.nullable(),
    bod_market_value_base: money.nullable(),
    bod_cashflow_base: money.nullable(),
    eod_cashflow_base: money.nullable(),
    eod_market_value_base: money.nullable(),
    valuation_status: z.enum(['PRICED', 'STALE', 'TRADE', 'UNVALUED']),
    estimated,
    epoch,
  })
  .meta({
    id: 'ExportedPositionDay',
    description: 'A day of a position in its own currency; `_base` in the base currency of its portfolio.',
  });

export const exportedPortfolioDay = z
  .object({
    portfolio_id: id.meta({ example: 'PORT_001' }),
    date: isoDate,
    currency,
    bod_market_value: money,
    bod_cashflow: money,
    eod_cashflow: money,
    eod_market_value: money,
    income: money,
    fees: money,
    taxes: money,
    cost: money,
    positions: z.int(),
    estimated_positions: z.int(),
    quality: z.enum(['final', 'open_day', 'estimated']),
    twr: fraction.nullable().meta({ description: "The day's return, net of fees and taxes." }),
    epoch,
  })
  .meta({
    id: 'ExportedPortfolioDay',
    description: 'A complete day of a portfolio in its base currency.',
  });

/** The schemas of rows in replies: the document's, and by their members the columns of tables. */
import { z } from '@hono/zod-openapi';
import { TRANSACTION_TYPES } from '../../domain/events.ts';
import { fraction, instant, isoDate, money, number } from './values.ts';

export { fraction, instant, isoDate, money, number };

const id = z.string();
/** See `projections/queries/concealed.ts`. */
export const shownPosition = z
  .int()
  .nullable()
  .meta({ description: 'A position of the log; null for a principal of some portfolios.' });
const epoch = z.int().meta({ description: 'The epoch that wrote the row.', example: 0 });
const valuation = z.enum(['PRICED', 'STALE', 'TRADE', 'UNVALUED']);
const quality = z.enum(['final', 'open_day', 'estimated']);
const currency = z.string().meta({ example: 'USD' });

export const completeThrough = isoDate
  .nullable()
  .meta({ description: 'Every day up to this one is complete.', format: 'date', example: '2025-08-20' });
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'The cursor of the next page; null on the last one.' });

const blockedDay = z.object({
  date: isoDate,
  reason: z.enum(['unvalued', 'missing_fx_rate', 'unvalued_flow']),
  security_id: id,
});

export const portfolioRow = z
  .object({
    portfolio_id: id.meta({ example: 'PORT_001' }),
    name: z.string().nullable(),
    base_currency: currency,
    open_date: isoDate.nullable(),
    closed_date: isoDate.nullable(),
    cost_basis_method: z.enum(['fifo', 'average', 'lifo', 'hifo', 'specific']),
    cash: z.enum(['derived', 'explicit']),
    allow_short: z.boolean(),
    time_zone: z.string().meta({ example: 'UTC' }),
    inflow_timing: z.enum(['bod', 'eod']),
    outflow_timing: z.enum(['bod', 'eod']),
    status: z.enum(['CURRENT', 'REPROCESSING', 'FAILED']),
    epoch: z.int(),
    first_date: isoDate.nullable(),
    latest_date: isoDate.nullable().meta({ description: 'The open day.', format: 'date' }),
    complete_through: completeThrough,
    blocked_days: z
      .array(blockedDay)
      .meta({ description: 'The first days that cannot be completed, and why.' }),
  })
  .meta({ id: 'Portfolio' });

export const portfolioDetails = portfolioRow
  .extend({
    pending_transactions: z.array(z.object({ transaction_id: id, security_id: id, reason: z.string() })),
    quarantined: z.array(
      z.object({
        security_id: id.nullable(),
        transaction_id: id.nullable(),
        position: shownPosition,
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: 'PortfolioDetails' });

export const positionRow = z
  .object({
    security_id: id.meta({ example: 'SEC_AAPL' }),
    currency,
    quantity: number,
    cost_basis: money.nullable(),
    cost_basis_local: money,
    market_price: number.nullable(),
    price_date: isoDate.nullable(),
    market_value: money.nullable(),
    market_value_local: money.nullable(),
    unrealized_gain: money.nullable(),
    unrealized_gain_local: money.nullable(),
    realized_gain: money.nullable(),
    realized_gain_local: money,
    realized_price_gain: money.nullable(),
    realized_fx_gain: money.nullable(),
    weight: fraction.nullable(),
    valuation_status: valuation,
    epoch,
  })
  .meta({
    id: 'Position',
    description: '`_local` in the currency of the security, the rest in base currency.',
  });

export const historyRow = z
  .object({
    transaction_id: id,
    transaction_date: instant,
    transaction_type: z.string().meta({ example: 'BUY' }),
    quantity: number,
    cost_basis: money.nullable(),
    cost_basis_local: money,
    realized_gain: money.nullable(),
    realized_gain_local: money,
    realized_price_gain: money.nullable(),
    realized_fx_gain: money.nullable(),
    epoch,
  })
  .meta({ id: 'HistoryRow', description: 'The state after the transaction, and what it realised.' });

export const positionDay = z
  .object({
    date: isoDate,
    bod_market_value: money.nullable(),
    bod_cashflow_position: money.nullable(),
    eod_cashflow_position: money.nullable(),
    bod_cashflow_portfolio: money.nullable(),
    eod_cashflow_portfolio: money.nullable(),
    eod_market_value: money.nullable(),
    income: money,
    fees: money,
    taxes: money,
    quantity: number,
    cost: money,
    bod_fx_rate: number.nullable(),
    fx_rate: number.nullable(),
    valuation_status: valuation,
    epoch,
  })
  .meta({ id: 'PositionDay' });

export const portfolioDay = z
  .object({
    date: isoDate,
    from: isoDate,
    bod_market_value: money,
    bod_cashflow: money,
    eod_cashflow: money,
    eod_market_value: money,
    income: money,
    fees: money,
    taxes: money,
    cost: money,
    positions: z.int(),
    quality,
    twr: fraction.nullable(),
    index: number.nullable(),
    epoch,
  })
  .meta({ id: 'PortfolioDay' });

export const cashflowRow = z
  .object({
    date: isoDate,
    security_id: id,
    currency,
    bod_cashflow_position: money.nullable(),
    eod_cashflow_position: money.nullable(),
    bod_cashflow_portfolio: money.nullable(),
    eod_cashflow_portfolio: money.nullable(),
    income: money,
    fees: money,
    taxes: money,
    fx_rate: number.nullable(),
    epoch,
  })
  .meta({ id: 'Cashflow' });

export const transactionRow = z
  .object({
    transaction_id: id,
    portfolio_id: id,
    security_id: id,
    transaction_date: instant,
    transaction_type: z.enum(TRANSACTION_TYPES),
    quantity: number,
    price: number,
    gross_transaction_amount: money,
    trade_fee: money,
    taxes: money,
    accrued_interest: money,
    currency,
    net_cost: money.optional(),
    settlement_date: isoDate.optional(),
    fx_rate: number.optional(),
    ratio: number.optional(),
    target_security_id: id.optional(),
    cost_fraction: number.optional(),
    lots: z.array(z.object({ lot_id: id, quantity: number })).optional(),
    note: z.string().optional(),
    status: z.enum(['applied', 'pending', 'cancelled']),
    reason: z.string().nullable().meta({ description: 'Why it is pending.' }),
    position: shownPosition.meta({ description: 'The log position of its recording.' }),
  })
  .meta({ id: 'Transaction' });

export const epochRow = z
  .object({
    epoch_id: z.int().meta({
      description: 'For a principal of some portfolios a number within the list.',
    }),
    security_id: id.nullable().meta({ description: 'null: an epoch of the portfolio.' }),
    epoch: z.int(),
    cause: z.string().meta({ example: 'transaction' }),
    cause_position: shownPosition,
    from_date: isoDate,
    through_date: isoDate,
    rows: z.int(),
    started_at: instant,
    flipped_at: instant,
    who: z.string(),
  })
  .meta({ id: 'Epoch' });

export const remark = z.object({
  figure: z.string().optional(),
  code: z.string(),
  message: z.string(),
  date: isoDate.optional(),
});

/** Its name in the document is that of the row with what else is said of a period. */
export const periodRow = z.object({
  period: z.string().meta({ example: 'YTD' }),
  from: isoDate,
  to: isoDate,
  days: z.int(),
  twr: fraction.nullable(),
  twr_annualized: fraction.nullable(),
  mwr: fraction.nullable(),
  mwr_holding_period: fraction.nullable(),
  mwr_rates: z.array(fraction),
  modified_dietz: fraction.nullable(),
  begin_market_value: money.nullable(),
  end_market_value: money.nullable(),
  inflows: money.nullable(),
  outflows: money.nullable(),
  income: money.nullable(),
  fees: money.nullable(),
  taxes: money.nullable(),
  gain: money.nullable(),
  quality,
  flags: z.array(remark),
  reasons: z.array(remark).meta({ description: 'Why a figure is null.' }),
});

export const changedAmounts = z
  .object({
    bod_market_value: money,
    bod_cashflow: money,
    eod_cashflow: money,
    eod_market_value: money,
    income: money,
    fees: money,
    taxes: money,
    cost: money,
    realized_gain: money.meta({ description: 'Realised on the day, of gains known in base currency.' }),
  })
  .meta({ id: 'ChangedAmounts' });
const amounts = changedAmounts.nullable();

export const changedPosition = z
  .object({
    security_id: id,
    quantity_before: number.nullable(),
    quantity_after: number.nullable(),
    cost_basis_before: money.nullable(),
    cost_basis_after: money.nullable(),
    market_value_before: money.nullable(),
    market_value_after: money.nullable(),
    realized_gain_before: money.nullable(),
    realized_gain_after: money.nullable(),
  })
  .meta({ id: 'ChangedPosition', description: 'In base currency; the realised gain is the sum so far.' });

export const cause = z
  .object({
    position: z.int().meta({
      description: 'Of the event in the log; for a principal of some portfolios its rank in the report.',
    }),
    recorded_at: instant,
    cause: z.string().meta({ description: 'As in the audit of epochs: `transaction`, `price`, …' }),
    type: z.string().nullable().meta({ description: "The event's type; null for an operator's order." }),
    security_id: id.nullable(),
    from_date: isoDate.meta({ description: 'The first day it could change.' }),
    transaction_id: id.optional(),
  })
  .meta({ id: 'Cause' });

export const changedDay = z
  .object({
    date: isoDate,
    before: amounts,
    after: amounts,
    delta: amounts,
    causes: z.array(z.int()).meta({ description: 'Positions of the events that changed it.' }),
    positions: z.array(changedPosition).optional().meta({ description: 'With `detail=positions`.' }),
  })
  .meta({ id: 'ChangedDay' });

export const impactRow = z
  .object({
    period: z.string(),
    twr_before: fraction.nullable(),
    twr_after: fraction.nullable(),
    basis_points: number.nullable(),
    material: z.boolean(),
    reasons_before: z.array(remark),
    reasons_after: z.array(remark),
  })
  .meta({ id: 'Impact' });

const openLot = z.object({
  lot_id: id.meta({ description: 'The transaction that opened it.' }),
  opened: isoDate,
  quantity: number,
  cost_local: money,
  cost: money.nullable(),
  fx_rate: number.nullable(),
});

const disposal = z.object({
  transaction_id: id,
  transaction_date: instant,
  transaction_type: z.string(),
  lot_id: id,
  opened: isoDate,
  quantity: number,
  cost_local: money,
  cost: money.nullable(),
});

export const lotRow = openLot.meta({ id: 'Lot' });
export const disposalRow = disposal.meta({ id: 'Disposal' });

export const eventRow = z
  .object({
    position: z.int(),
    event_id: z.string(),
    type: z.string().meta({ example: 'TransactionRecorded' }),
    stream_id: z.string(),
    version: z.int(),
    effective_at: instant,
    recorded_at: instant,
    data: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });

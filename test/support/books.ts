/** The log and the projections of one test database, and facts to put into them in few words. */
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import { createGenerations } from '../../infra/projection-store/generations.ts';
import { createFoldWorkers } from '../../infra/projection-store/rebuild-workers.ts';
import type { OutboxSettings } from '../../infra/projection-store/outbox-rows.ts';
import { streams } from '../../domain/events.ts';
import type {
  DatedValue,
  DomainEvent,
  PortfolioSettings,
  SecurityDetails,
  TransactionFields,
  TransactionType,
} from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import type { Generations } from '../../projections/generation.ts';
import type { Cause } from '../../projections/register/model.ts';
import { createProjections } from '../../projections/service.ts';
import type { Projections } from '../../projections/service.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

/** An event and the stream it belongs to. */
export interface Fact {
  readonly streamId: string;
  readonly event: DomainEvent;
}

export const facts = {
  portfolio(id: string, settings: Partial<PortfolioSettings> = {}): Fact {
    return {
      streamId: streams.portfolio(id),
      event: {
        type: 'PortfolioOpened',
        data: {
          portfolio_id: id,
          base_currency: 'EUR',
          cost_basis_method: 'fifo',
          cash: 'derived',
          allow_short: false,
          time_zone: 'UTC',
          inflow_timing: 'bod',
          outflow_timing: 'eod',
          ...settings,
        },
      },
    };
  },
  security(id: string, currency: string, details: Partial<SecurityDetails> = {}): Fact {
    return {
      streamId: streams.security(id),
      event: { type: 'SecurityRegistered', data: { security_id: id, currency, type: 'equity', ...details } },
    };
  },
  transaction(
    portfolio: string,
    type: TransactionType,
    security: string,
    date: string,
    fields: Partial<TransactionFields> & { transaction_id: string },
  ): Fact {
    return {
      streamId: streams.transactions(portfolio, security),
      event: {
        type: 'TransactionRecorded',
        data: {
          portfolio_id: portfolio,
          security_id: security,
          transaction_date: date.length === 10 ? `${date}T10:00:00.000000Z` : date,
          transaction_type: type,
          quantity: '0',
          price: '0',
          gross_transaction_amount: '0',
          trade_fee: '0',
          taxes: '0',
          accrued_interest: '0',
          currency: 'EUR',
          ...fields,
        },
      },
    };
  },
  prices(security: string, currency: string, prices: readonly DatedValue[]): Fact {
    return {
      streamId: streams.prices(security),
      event: { type: 'PricesRecorded', data: { security_id: security, currency, prices } },
    };
  },
  fx(from: string, to: string, rates: readonly DatedValue[]): Fact {
    return {
      streamId: streams.fx(from, to),
      event: { type: 'FxRatesRecorded', data: { from_currency: from, to_currency: to, rates } },
    };
  },
  closeDay(date: string): Fact {
    return { streamId: streams.calendar, event: { type: 'BusinessDateAdvanced', data: { date } } };
  },
};

export interface Books {
  readonly db: TestDatabase;
  readonly log: EventLog;
  readonly generations: Generations;
  readonly projections: Projections;
  /** Appends facts in order, one transaction of the log. */
  append(...items: readonly Fact[]): Promise<void>;
  /** Appends facts and projects them. */
  project(...items: readonly Fact[]): Promise<void>;
  close(): Promise<void>;
}

/** @param options.outbox folds note what is to be published */
export async function openBooks(
  database?: TestDatabase,
  options: {
    readonly outbox?: OutboxSettings;
    readonly causes?: readonly Cause[];
    readonly foldVersion?: number;
    readonly lanes?: number;
  } = {},
): Promise<Books> {
  const db = database ?? (await createTestDatabase());
  const pools = {
    gen_a: db.open({ searchPath: 'gen_a,public' }),
    gen_b: db.open({ searchPath: 'gen_b,public' }),
  };
  const log = createPostgresEventLog({ database: db.open({ searchPath: 'public' }) });
  const generations = createGenerations(
    (slot) => pools[slot],
    createFoldWorkers({ url: db.url, threads: 1 }),
    options.outbox,
    options.foldVersion,
  );
  const projections = createProjections({
    log,
    generations,
    now: () => Date.now(),
    pollMs: 5,
    ...(options.causes ? { causes: options.causes } : {}),
    ...(options.foldVersion === undefined ? {} : { foldVersion: options.foldVersion }),
    ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
  });
  const append = async (...items: readonly Fact[]) => {
    await log.appendMany(
      items.map(({ streamId, event }) => ({
        streamId,
        expected: 'any' as const,
        events: [
          { ...event, effectiveAt: '2025-01-01T00:00:00.000000Z', metadata: { source: 'cli' as const } },
        ],
      })),
    );
  };
  return {
    db,
    log,
    generations,
    projections,
    append,
    async project(...items) {
      await append(...items);
      await projections.catchUp();
    },
    async close() {
      await projections.stop();
      await log.close();
      if (!database) await db.close();
    },
  };
}

/** Every current figure of the active generation, without epochs and surrogate numbers. */
export async function figures(
  books: Books,
): Promise<{ days: string[]; history: string[]; portfolios: string[] }> {
  const slot = await books.generations.active();
  const db = books.db.open({ searchPath: `${slot},public`, maxConnections: 1 });
  const texts = async (sql: string) => (await db.query<{ line: string }>(sql)).map((row) => row.line).sort();
  return {
    days: await texts(
      `select concat_ws('|', p.portfolio_id, s.security_id,
                (to_jsonb(t) - 'portfolio_no' - 'security_no' - 'epoch')::text,
                (to_jsonb(d) - 'id' - 'portfolio_no' - 'security_no' - 'epoch')::text) as line
       from position_timeseries t
       join daily_position_snapshots d using (portfolio_no, security_no, date, epoch)
       join portfolios p using (portfolio_no) join securities s using (security_no)
       where t.superseded_by is null`,
    ),
    history: await texts(
      `select concat_ws('|', p.portfolio_id, s.security_id,
                (to_jsonb(h) - 'portfolio_no' - 'security_no' - 'epoch')::text) as line
       from position_history h join portfolios p using (portfolio_no) join securities s using (security_no)
       where h.superseded_by is null`,
    ),
    portfolios: await texts(
      `select concat_ws('|', p.portfolio_id, (to_jsonb(t) - 'portfolio_no' - 'epoch')::text) as line
       from portfolio_timeseries t join portfolios p using (portfolio_no)
       where t.superseded_by is null`,
    ),
  };
}

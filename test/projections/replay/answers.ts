/** Everything the port of the read side can be asked, so that two read models can be compared whole. */
import { addDays } from './days.ts';
import { foldBook } from '../../../projections/queries/book.ts';
import type {
  CashflowKey,
  DateRange,
  HistoryKey,
  Page,
  ReadModel,
  TransactionKey,
} from '../../../projections/queries/read-model.ts';
import type { PortfolioRow } from '../../../projections/queries/rows.ts';

export interface Asked {
  readonly portfolios: readonly string[];
  readonly securities: readonly string[];
  readonly from: string;
  readonly to: string;
}

const ALL = { limit: 10_000 };

/** What a model says of one portfolio. Epochs are left out: they differ by intent. */
export async function answersOn(model: ReadModel, portfolioId: string, asked: Asked): Promise<unknown> {
  const middle = addDays(asked.from, 9);
  const ranges: DateRange[] = [
    {},
    { from: middle },
    { to: middle },
    { from: middle, to: addDays(middle, 3) },
  ];
  const found = await model.portfolio(portfolioId);
  const perRange = await Promise.all(
    ranges.map(async (range) => ({
      portfolioDays: await model.portfolioDays(portfolioId, range),
      cashflows: await model.cashflows(portfolioId, range, ALL),
      transactions: await model.transactions(portfolioId, range, ALL),
      positionDays: await each(asked.securities, (id) => model.positionDays(portfolioId, id, range, ALL)),
    })),
  );
  return withoutEpochs({
    portfolio: found && settled(found.portfolio),
    blockedDays: await model.blockedDays([portfolioId], 4),
    pending: await model.pendingTransactions(portfolioId),
    quarantined: await model.quarantined(portfolioId),
    snapshots: await each(dates(asked), (date) => model.snapshots(portfolioId, date)),
    perRange,
    pages: {
      cashflows: await pages(
        3,
        (page: Page<CashflowKey>) => model.cashflows(portfolioId, {}, page),
        (row) => ({ date: row.date, securityId: row.security_id }),
      ),
      transactions: await pages(
        2,
        (page: Page<TransactionKey>) => model.transactions(portfolioId, {}, page),
        ({ fields }) => ({ at: fields.transaction_date, transactionId: fields.transaction_id }),
      ),
    },
    positions: await each(asked.securities, async (id) => ({
      currency: await model.securityCurrency(id),
      transactions: await model.transactions(portfolioId, { securityId: id }, ALL),
      history: await pages(
        2,
        (page: Page<HistoryKey>) => model.history(portfolioId, id, page),
        (row) => ({ at: row.transaction_date, rank: row.rank, transactionId: row.transaction_id }),
      ),
      days: await pages(
        5,
        (page: Page<string>) => model.positionDays(portfolioId, id, {}, page),
        (row) => row.date,
      ),
      book: found && (await bookAnswer(model, found.portfolio, id)),
    })),
    fxRates: [await model.fxRates(['EUR', 'USD']), await model.fxRates(['GBP', 'USD'], middle)],
  });
}

/** What it says of all of them together. */
export async function answersOnAll(model: ReadModel, asked: Asked): Promise<unknown> {
  return withoutEpochs({
    portfolios: (await model.portfolios(ALL)).map(settled),
    paged: await pages(
      1,
      async (page: Page<string>) => (await model.portfolios(page)).map(settled),
      (row) => row.portfolio_id,
    ),
    blockedDays: await model.blockedDays([...asked.portfolios, 'unknown'], 3),
    fxRates: await model.fxRates(['CHF', 'EUR', 'GBP', 'USD']),
  });
}

/** A date before the first day and none at all both say that no day is complete; the tables have either. */
function settled(row: PortfolioRow): PortfolioRow {
  const { first_date: first, complete_through: through } = row;
  return first === null || (through !== null && through < first) ? { ...row, complete_through: null } : row;
}

async function bookAnswer(
  model: ReadModel,
  portfolio: Parameters<ReadModel['book']>[0],
  securityId: string,
): Promise<unknown> {
  const book = await model.book(portfolio, securityId);
  if (!book) return undefined;
  const { effects, states, pending } = foldBook(book, 1_000_000);
  return {
    settings: book.settings,
    keys: book.keys
      .map(({ securityId: id, currency, isCash }) => ({ id, currency, isCash }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    transactions: book.transactions,
    effects,
    state: states.get(securityId),
    pending,
  };
}

async function pages<Row, Key>(
  limit: number,
  load: (page: Page<Key>) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
): Promise<Row[][]> {
  const all: Row[][] = [];
  for (let rows = await load({ limit }); rows.length > 0;) {
    all.push(rows);
    rows = await load({ limit, after: keyOf(rows.at(-1)!) });
  }
  return all;
}

async function each<T>(
  items: readonly string[],
  ask: (item: string) => Promise<T>,
): Promise<Record<string, T>> {
  const answers: Record<string, T> = {};
  for (const item of items) answers[item] = await ask(item);
  return answers;
}

function dates({ from, to }: Asked): string[] {
  const all: string[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) all.push(date);
  return all;
}

function withoutEpochs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEpochs);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'epoch')
      .map(([name, inner]) => [name, withoutEpochs(inner)]),
  );
}

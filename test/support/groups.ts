/** Groups of portfolios over the books of a test, and facts about them in few words. */
import { streams } from '../../domain/events.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { parsePeriods } from '../../domain/returns/periods.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { subjectPerformance } from '../../projections/queries/performance.ts';
import type { PerformanceReport } from '../../projections/queries/performance.ts';
import { createQueries } from '../../projections/queries/queries.ts';
import type { Queries } from '../../projections/queries/queries.ts';
import type { SubjectRef } from '../../projections/queries/subject.ts';
import { subjectTimeseries } from '../../projections/queries/timeseries.ts';
import type { SubjectTimeseries } from '../../projections/queries/timeseries.ts';
import { createKnownAt } from '../../projections/replay/known-at.ts';
import { facts, openBooks } from './books.ts';
import type { Books, Fact } from './books.ts';

export const ofGroup = (group: string): SubjectRef => ({ kind: 'group', group });

let count = 0;

/** A transaction in EUR unless it says otherwise, on cash or on a security. */
export function moved(
  portfolio: string,
  type: 'DEPOSIT' | 'WITHDRAWAL' | 'TRANSFER_IN' | 'TRANSFER_OUT' | 'BUY',
  date: string,
  what:
    | { cash: string; currency?: string }
    | { security: string; quantity: string; price?: string; gross_transaction_amount?: string },
): Fact {
  const transaction_id = `t${++count}`;
  if ('cash' in what) {
    const { cash, currency = 'EUR' } = what;
    const security = `CASH_${currency}`;
    return facts.transaction(portfolio, type, security, date, {
      transaction_id,
      currency,
      gross_transaction_amount: cash,
    });
  }
  const { security, ...fields } = what;
  return facts.transaction(portfolio, type, security, date, { transaction_id, ...fields });
}

export function group(group_id: string, currency: string, portfolio_ids: readonly string[]): Fact {
  return {
    streamId: streams.group(group_id),
    event: { type: 'GroupDefined', data: { group_id, currency, portfolio_ids } },
  };
}

export interface GroupBooks {
  readonly books: Books;
  readonly queries: Queries;
  /** Since inception. */
  performance(ref: SubjectRef): Promise<PerformanceReport>;
  days(ref: SubjectRef, currency?: string): Promise<SubjectTimeseries>;
}

export async function openGroupBooks(): Promise<GroupBooks> {
  const books = await openBooks();
  const tables = books.db.open({ searchPath: 'gen_a,public' });
  const { current } = createReadModels(async () => tables);
  const queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
  return {
    books,
    queries,
    async performance(ref) {
      const parsed = parsePeriods('SI');
      const reading = await subjectPerformance(queries.reader, ref, {
        periods: parsed.ok ? parsed.value : [],
        options: { ...DEFAULT_RETURN_OPTIONS, annualiseShort: false },
      });
      if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
      return reading.value;
    },
    async days(ref, currency) {
      const query = {
        frequency: 'daily',
        options: DEFAULT_RETURN_OPTIONS,
        ...(currency === undefined ? {} : { currency }),
      } as const;
      const reading = await subjectTimeseries(queries.reader, ref, query, { limit: 10_000 });
      if (reading.status !== 'ok') throw new Error(JSON.stringify(reading));
      return reading.value;
    },
  };
}

/** Books that files are imported into, and questions to them. */
import { expect } from 'vitest';
import { importSources } from '../../commands/import/plan.ts';
import type { ImportOptions, ImportReport, ImportSource } from '../../commands/import/types.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import { subjectTimeseries } from '../../projections/queries/timeseries.ts';
import type { TimeseriesRow } from '../../projections/queries/timeseries.ts';
import { createQueries } from '../../projections/queries/queries.ts';
import type { Reader, Reading } from '../../projections/queries/reading.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';

export interface RealBooks extends Books {
  readonly reader: Reader;
  /** Imports and projects; every row must be good. */
  importAll(sources: readonly ImportSource[], options?: Partial<ImportOptions>): Promise<ImportReport>;
}

export async function openRealBooks(): Promise<RealBooks> {
  const books = await openBooks();
  const pools = {
    gen_a: books.db.open({ searchPath: 'gen_a,public', maxConnections: 2 }),
    gen_b: books.db.open({ searchPath: 'gen_b,public', maxConnections: 2 }),
  };
  const models = createReadModels(async () => pools[await books.generations.active()]);
  return {
    ...books,
    reader: createQueries(models, books.log).reader,
    async importAll(sources, options = {}) {
      const report = await importSources(sources, {
        log: books.log,
        clock: () => '2025-08-20T12:00:00.000000Z',
        ...options,
      });
      expect(report.problems).toEqual([]);
      expect(report.committed).toBe(true);
      await books.projections.catchUp();
      return report;
    },
  };
}

/** What a query found. */
export function valueOf<T>(reading: Reading<T>): T {
  if (reading.status !== 'ok') throw new Error(`the query ended ${reading.status}`);
  return reading.value;
}

export async function portfolioRows(
  { reader }: RealBooks,
  portfolioId: string,
  frequency: 'daily' | 'yearly',
): Promise<readonly TimeseriesRow[]> {
  const query = { frequency, options: DEFAULT_RETURN_OPTIONS };
  return valueOf(await subjectTimeseries(reader, ofPortfolio(portfolioId), query, { limit: 100_000 })).rows;
}

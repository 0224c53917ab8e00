/** Every portfolio, for the commands that speak of all of them. */
import { listPortfolios } from '../projections/queries/portfolios.ts';
import type { PortfolioSummary } from '../projections/queries/portfolios.ts';
import type { App } from './app.ts';
import { valueOf } from './reading.ts';

const PAGE = 500;

/** All portfolios by id, page by page. */
export async function allPortfolios(app: Pick<App, 'queries'>): Promise<PortfolioSummary[]> {
  const all: PortfolioSummary[] = [];
  for (let after: string | undefined; ;) {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { rows, next } = valueOf(await listPortfolios(app.queries.reader, page));
    all.push(...rows);
    if (next === undefined) return all;
    after = next;
  }
}

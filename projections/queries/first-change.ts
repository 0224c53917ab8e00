/** From which day on the rows of portfolios may be others than in another state of the same books. */
import { day, isoDate } from '../../domain/dates.ts';
import type { Member } from './group-rows.ts';
import type { ReadModel } from './read-model.ts';
import type { PortfolioRow } from './rows.ts';

/**
 * The first such day; `undefined` where nothing that was kept can be gone by. A published day changes in an
 * epoch of its own, which the audit tells of. Only the open day, and days that had no row, change without one.
 * @param before and `now`, by id: the same portfolios
 */
export async function firstChange(
  model: Pick<ReadModel, 'restatedFrom'>,
  before: readonly Member[],
  now: readonly Member[],
): Promise<string | undefined> {
  if (before.length !== now.length) return undefined;
  const dates: string[] = [];
  const restated: { portfolioId: string; epoch: number }[] = [];
  for (const [i, { portfolio, rows }] of now.entries()) {
    const former = before[i];
    if (!former?.rows || !rows || former.rows.generation !== rows.generation) return undefined;
    const { portfolio_id: portfolioId, epoch } = former.portfolio;
    if (portfolioId !== portfolio.portfolio_id || former.portfolio.first_date !== portfolio.first_date)
      return undefined;
    // An older snapshot knows nothing of the epochs that what was kept has seen.
    if (epoch > portfolio.epoch) return undefined;
    if (epoch < portfolio.epoch) restated.push({ portfolioId, epoch });
    else if (former.rows.checksum === rows.checksum && isAsFar(former.portfolio, portfolio)) continue;
    for (const each of [former.portfolio, portfolio]) {
      const open = openFrom(each);
      if (open === undefined) return undefined;
      dates.push(open);
    }
  }
  const restatedFrom = restated.length === 0 ? null : await model.restatedFrom(restated);
  if (restatedFrom !== null) dates.push(restatedFrom);
  return dates.length === 0 ? NEVER : dates.reduce((least, date) => (date < least ? date : least));
}

/** Later than any day. */
export const NEVER = '9999-12-31';

function isAsFar(a: PortfolioRow, b: PortfolioRow): boolean {
  return a.latest_date === b.latest_date && a.complete_through === b.complete_through;
}

/** Before it every day has its row, and is published. */
function openFrom({ latest_date: latest, complete_through: through }: PortfolioRow): string | undefined {
  if (latest === null || through === null) return undefined;
  const next = isoDate(day(through) + 1);
  return next < latest ? next : latest;
}

/** Rows of a stored generation in the form in which versions are compared. */
import type { Day } from '../../domain/dates.ts';
import type { GenerationReader, StoredKey } from '../rebuild/store.ts';
import type { PortfolioTexts } from './portfolio.ts';
import { NO_ROWS } from './rows.ts';
import type { KeyRows } from './rows.ts';

/** Any day of the books lies between. */
const FIRST: Day = -1_000_000;
const LAST: Day = 1_000_000;

export async function keyRows(reader: GenerationReader, key: StoredKey | undefined): Promise<KeyRows> {
  if (!key) return NO_ROWS;
  const { portfolioNo, securityNo } = key;
  const stretch = { portfolioNo, securityNo, from: FIRST, to: LAST };
  return {
    days: new Map((await reader.days([stretch])).map((row) => [row.day, row])),
    history: new Map((await reader.history([stretch])).map((row) => [row.transactionId, row])),
  };
}

export async function portfolioTexts(
  reader: GenerationReader,
  portfolioNo: number | undefined,
): Promise<PortfolioTexts> {
  if (portfolioNo === undefined) return new Map();
  const rows = await reader.portfolioDays([{ portfolioNo, from: FIRST, to: LAST }]);
  return new Map(rows.map((row) => [row.day, row.text]));
}

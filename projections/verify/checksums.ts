/** The checksums that a key and a portfolio must have, from what a replay makes of them. */
import { isEstimated } from '../../domain/books/aggregate.ts';
import { createChecksum } from '../../domain/books/checksum.ts';
import type { DayRow, Effect, PortfolioDay } from '../../domain/books/model.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { historyText, portfolioText, seriesText, snapshotText } from '../fold/text.ts';

/** What `position_state.checksum` holds of a key: its days and its history, whatever their epochs. */
export function keyChecksum(key: {
  readonly rows: readonly DayRow[];
  readonly effects: readonly Effect[];
}): bigint {
  const checksum = createChecksum();
  for (const row of key.rows)
    checksum.add(isoDate(row.day), seriesText(row, isEstimated(row)), snapshotText(row));
  for (const effect of key.effects) checksum.add(historyText(effect));
  return checksum.value();
}

/** What `portfolio_state.checksum` holds of a portfolio: its complete days. */
export function portfolioChecksum(days: ReadonlyMap<Day, PortfolioDay>): bigint {
  const checksum = createChecksum();
  for (const [day, row] of days) checksum.add(`${isoDate(day)}\t${portfolioText(row)}`);
  return checksum.value();
}

/** Sixteen hexadecimal digits, as checksums are shown. */
export function checksumText(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

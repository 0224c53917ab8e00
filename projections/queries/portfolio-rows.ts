/** The days of a portfolio, brought from one state of the books to the next by what changed. */
import { combine, lineHash } from '../../domain/books/checksum.ts';
import { firstChange } from './first-change.ts';
import type { Member } from './group-rows.ts';
import type { ReadModel } from './read-model.ts';
import type { PortfolioDayRow } from './rows.ts';

export interface PortfolioRows {
  readonly rows: readonly PortfolioDayRow[];
  readonly member: Member;
  /** Of the rows before row `i`. */
  readonly checksums: BigInt64Array;
  /** Whether these are the rows that the books kept the checksum of: damaged ones are not. */
  readonly certain: boolean;
}

/**
 * All rows of a portfolio. Those of a former state before the first day that changed are kept, the very same
 * objects; that the whole is right the checksum shows that the books keep of it, or else all are read.
 */
export async function portfolioRows(
  model: ReadModel,
  member: Member,
  former: PortfolioRows | undefined,
): Promise<PortfolioRows> {
  const { portfolio_id: id } = member.portfolio;
  const from = former?.certain ? await firstChange(model, [former.member], [member]) : undefined;
  if (former && from !== undefined) {
    const kept = rowsBefore(former.rows, from);
    const rows = [...former.rows.slice(0, kept), ...(await model.portfolioDays(id, { from }))];
    const extended = summed(member, rows, former.checksums.subarray(0, kept + 1));
    if (extended.certain) return extended;
  }
  return summed(member, await model.portfolioDays(id, {}), new BigInt64Array(1));
}

/** How many of rows in ascending order are of days before a date. */
export function rowsBefore(rows: readonly { readonly date: string }[], date: string): number {
  let count = rows.length;
  while (count > 0 && rows[count - 1]!.date >= date) count--;
  return count;
}

function summed(member: Member, rows: readonly PortfolioDayRow[], known: BigInt64Array): PortfolioRows {
  // Of a replay there is but one state, and nothing to tell it by.
  if (!member.rows) return { member, rows, checksums: known, certain: true };
  const checksums = new BigInt64Array(rows.length + 1);
  checksums.set(known);
  for (let row = known.length - 1; row < rows.length; row++)
    checksums[row + 1] = combine(checksums[row]!, lineHash(lineOf(rows[row]!)));
  return { member, rows, checksums, certain: checksums.at(-1) === member.rows.checksum };
}

/** As the fold hashes it: its day and its value columns in the order of the table. */
function lineOf(row: PortfolioDayRow): string {
  return (
    `${row.date}\t${row.bod_market_value}\t${row.bod_cashflow}\t${row.eod_cashflow}\t${row.eod_market_value}\t` +
    `${row.income}\t${row.fees}\t${row.taxes}\t${row.cost}\t${row.positions}\t${row.estimated_positions}`
  );
}

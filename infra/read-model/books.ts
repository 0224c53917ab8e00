import type { Queryable } from '../database/database.ts';
import { keys, links } from '../projection-store/fold-claims.ts';
import { market, paidTransactions, transactions } from '../projection-store/fold-facts.ts';
import { marketsFrom } from '../../projections/fold/market.ts';
import type { KeyRow } from '../../projections/fold/model.ts';
import { linkedGroups } from '../../projections/fold/plan.ts';
import { tiesOf } from '../../projections/fold/task.ts';
import { bookOf, isDerivedCash, settingsOf } from '../../projections/queries/book.ts';
import type { Book } from '../../projections/queries/book.ts';
import type { PortfolioRow } from '../../projections/queries/rows.ts';

/** Any day of the books lies between. */
const FIRST_DAY = -1_000_000;
const LAST_DAY = 1_000_000;

const KEY = `
  select portfolio_no, security_no
  from position_state
  join portfolios using (portfolio_no)
  join securities using (security_no)
  where portfolio_id = $1 and security_id = $2`;

/** `undefined` for a security that the portfolio never held. */
export async function loadBook(
  db: Queryable,
  portfolio: PortfolioRow,
  securityId: string,
): Promise<Book | undefined> {
  const [key] = await db.query<{ portfolio_no: number; security_no: number }>(KEY, [
    portfolio.portfolio_id,
    securityId,
  ]);
  if (!key) return undefined;
  const group = await linkedKeys(db, portfolio, key.portfolio_no, key.security_no);
  const everywhere = group.map(({ portfolioNo, securityNo }) => ({ portfolioNo, securityNo, at: null }));
  const own = await transactions(db, everywhere);
  const cash = group.filter((each) => isDerivedCash(portfolio, each));
  const paid =
    cash.length === 0
      ? []
      : await paidTransactions(
          db,
          cash.map(({ portfolioNo, currency }) => ({ portfolioNo, currency, at: null })),
        );
  const rows = await market(db, {
    securities: group.map(({ securityNo }) => ({ securityNo, from: FIRST_DAY })),
    currencies: [...new Set([portfolio.base_currency, ...group.map(({ currency }) => currency)])],
    from: FIRST_DAY,
    to: LAST_DAY,
  });
  const ids = new Map(group.map(({ securityNo, securityId: id }) => [securityNo, id]));
  return bookOf(portfolio, {
    keys: group,
    transactions: own.map(({ fields }) => fields),
    paid,
    market: marketsFrom(rows, ids).of({ settings: settingsOf(portfolio) }),
  });
}

async function linkedKeys(
  db: Queryable,
  { cash }: PortfolioRow,
  portfolioNo: number,
  securityNo: number,
): Promise<KeyRow[]> {
  const [group = [securityNo]] = linkedGroups([securityNo], tiesOf(cash, await links(db, [portfolioNo])));
  return keys(
    db,
    group.map((each) => ({ portfolioNo, securityNo: each })),
  );
}

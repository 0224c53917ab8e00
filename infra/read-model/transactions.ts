import type { Queryable } from '../database/database.ts';
import type { DateRange, Page, TransactionKey } from '../../projections/queries/read-model.ts';
import type { TransactionRow } from '../../projections/queries/rows.ts';

const TRANSACTIONS = `
  select t.fields, t.position, t.cancelled, w.reason as pending_reason
  from transactions t
  left join pending_transactions w using (portfolio_no, transaction_id)
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and ($2::text is null or t.security_no = (select security_no from securities where security_id = $2))
    and ($3::date is null or t.day >= $3::date - date '1970-01-01')
    and ($4::date is null or t.day <= $4::date - date '1970-01-01')
    and ($5::timestamptz is null or (t.at, t.transaction_id collate "C") > ($5, $6::text))
  order by t.at, t.transaction_id collate "C"
  limit $7`;

export function loadTransactions(
  db: Queryable,
  portfolioId: string,
  filter: DateRange & { readonly securityId?: string },
  page: Page<TransactionKey>,
): Promise<TransactionRow[]> {
  return db.query<TransactionRow>(TRANSACTIONS, [
    portfolioId,
    filter.securityId ?? null,
    filter.from ?? null,
    filter.to ?? null,
    page.after?.at ?? null,
    page.after?.transactionId ?? null,
    page.limit,
  ]);
}

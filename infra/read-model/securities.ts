import type { Queryable } from '../database/database.ts';
import type { Page } from '../../projections/queries/read-model.ts';
import type { SecurityRow } from '../../projections/queries/security-reads.ts';

const SECURITIES = `
  select security_id, name, currency, type, isin, symbol, asset_class, sector, country
  from securities s
  where ($1::text is null or security_id collate "C" > $1)
    and ($3::text[] is null or exists (
      select from position_state k
      join portfolios p using (portfolio_no)
      where k.security_no = s.security_no and p.portfolio_id = any($3::text[])))
  order by security_id collate "C"
  limit $2`;

export function loadSecurities(
  db: Queryable,
  { after, limit }: Page<string>,
  heldBy?: readonly string[],
): Promise<SecurityRow[]> {
  return db.query<SecurityRow>(SECURITIES, [after ?? null, limit, heldBy ?? null]);
}

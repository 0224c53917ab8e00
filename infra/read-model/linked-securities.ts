/** Which securities of a portfolio reorganisations have tied to one of them. */
import type { LinkedSecurities } from '../../commands/handler/types.ts';
import type { Database } from '../database/database.ts';

export function createLinkedSecurities(activeDatabase: () => Promise<Database>): LinkedSecurities {
  return async (portfolioId, securityId) => {
    const rows = await (
      await activeDatabase()
    ).query<{ security_id: string }>(
      `with own as (
         select p.portfolio_no, s.security_no
         from portfolios p, securities s where p.portfolio_id = $1 and s.security_id = $2
       )
       select s.security_id
       from own join transactions t on t.portfolio_no = own.portfolio_no and t.target_no is not null
                                   and own.security_no in (t.security_no, t.target_no)
       join securities s on s.security_no in (t.security_no, t.target_no) and s.security_no <> own.security_no
       group by s.security_id`,
      [portfolioId, securityId],
    );
    return rows.map((row) => row.security_id);
  };
}

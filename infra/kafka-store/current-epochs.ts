/** The epochs of keys as readers see them. */
import type { CurrentEpochs } from '../../commands/ingest/ports.ts';
import type { Queryable } from '../database/queryable.ts';

const EPOCHS = `
  select coalesce(s.epoch, 0) as epoch
  from unnest($1::text[], $2::text[]) with ordinality as k (portfolio_id, security_id, place)
  left join portfolios p on p.portfolio_id = k.portfolio_id
  left join securities c on c.security_id = k.security_id
  left join position_state s on s.portfolio_no = p.portfolio_no and s.security_no = c.security_no
  order by k.place`;

/** @param active the pool of the generation that readers see */
export function createCurrentEpochs(active: () => Promise<Queryable>): CurrentEpochs {
  return async (keys) => {
    const database = await active();
    const rows = await database.query<{ epoch: number }>(EPOCHS, [
      keys.map(({ portfolioId }) => portfolioId),
      keys.map(({ securityId }) => securityId),
    ]);
    return rows.map(({ epoch }) => epoch);
  };
}

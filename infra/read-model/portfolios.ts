import type { Queryable } from '../database/database.ts';
import type { Member, ShownEpoch } from '../../projections/queries/group-rows.ts';
import type { Page, Version } from '../../projections/queries/read-model.ts';
import type { PortfolioRow } from '../../projections/queries/rows.ts';

/** Causes of marks by which nothing new is to be shown: the rows are to be made again. */
const ORDERS = ['operator', 'fold_version'];

/**
 * What the register has read is in the facts, but a mark that is still to be folded is not in the rows:
 * readers have everything before the earliest of them.
 */
const VERSION = `
  select least(c.position, (select min(d.position) - 1 from dirty d where d.cause <> all ($1::text[]))) as position,
         current_schema() || '.' || (select extract(epoch from flipped_at) from active_generation) || '.'
           || (select coalesce(sum(checksum), 0) || '.' || coalesce(sum(epoch), 0) from portfolio_state) || '.'
           || (select coalesce(sum(checksum), 0) from position_state) as tag
  from checkpoints c
  where c.name = 'register'`;

export async function loadVersion(db: Queryable): Promise<Version> {
  const [row] = await db.query<{ position: number; tag: string }>(VERSION, [ORDERS]);
  return row ?? { position: 0, tag: '' };
}

const PORTFOLIO_COLUMNS = `
  p.portfolio_id, p.name, p.base_currency, p.open_date, p.closed_date, p.cost_basis_method, p.cash,
  p.allow_short, p.time_zone, p.inflow_timing, p.outflow_timing,
  coalesce(s.status, 'CURRENT') as status,
  coalesce(s.epoch, 0) as epoch,
  date '1970-01-01' + s.first_day as first_date,
  date '1970-01-01' + s.horizon as latest_date,
  date '1970-01-01' + s.complete_through as complete_through`;

const PORTFOLIOS = `
  select ${PORTFOLIO_COLUMNS}
  from portfolios p
  left join portfolio_state s using (portfolio_no)
  where $1::text is null or p.portfolio_id collate "C" > $1
  order by p.portfolio_id collate "C"
  limit $2`;

export function loadPortfolios(db: Queryable, page: Page<string>): Promise<PortfolioRow[]> {
  return db.query<PortfolioRow>(PORTFOLIOS, [page.after ?? null, page.limit]);
}

const MEMBERS = `
  select ${PORTFOLIO_COLUMNS},
         least(c.position, (select min(d.position) - 1 from dirty d
                           where d.portfolio_no = p.portfolio_no and d.cause <> all ($2::text[]))) as position,
         current_schema() || '.' || (select extract(epoch from flipped_at) from active_generation) as generation,
         coalesce(s.checksum, 0)::text as checksum,
         (select coalesce(sum(k.checksum), 0) from position_state k
          where k.portfolio_no = p.portfolio_no)::text as positions
  from portfolios p
  left join portfolio_state s using (portfolio_no)
  cross join checkpoints c
  where p.portfolio_id = any($1::text[]) and c.name = 'register'
  order by p.portfolio_id collate "C"`;

export async function loadMembers(db: Queryable, portfolioIds: readonly string[]): Promise<Member[]> {
  const rows = await db.query<PortfolioRow & MemberState>(MEMBERS, [portfolioIds, ORDERS]);
  return rows.map(({ position, generation, checksum, positions, ...portfolio }) => ({
    portfolio,
    version: { position, tag: `${generation}.${checksum}.${portfolio.epoch}.${positions}` },
    rows: { generation, checksum: BigInt(checksum) },
  }));
}

interface MemberState {
  readonly position: number;
  readonly generation: string;
  readonly checksum: string;
  /** The checksums of its positions, summed. */
  readonly positions: string;
}

const RESTATED_FROM = `
  select date '1970-01-01' + min(e.from_day) as date
  from unnest($1::text[], $2::integer[]) as s(portfolio_id, epoch)
  join portfolios p using (portfolio_id)
  join epochs e on e.portfolio_no = p.portfolio_no and e.security_no = 0 and e.epoch > s.epoch`;

export async function loadRestatedFrom(db: Queryable, since: readonly ShownEpoch[]): Promise<string | null> {
  const [row] = await db.query<{ date: string | null }>(RESTATED_FROM, [
    since.map(({ portfolioId }) => portfolioId),
    since.map(({ epoch }) => epoch),
  ]);
  return row!.date;
}

export async function loadPortfolio(db: Queryable, portfolioId: string): Promise<Member | undefined> {
  const [member] = await loadMembers(db, [portfolioId]);
  return member;
}

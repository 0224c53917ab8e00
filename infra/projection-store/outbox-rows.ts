/** What folds leave for the publisher, in their own transaction. */
import type { Queryable } from '../database/database.ts';
import type { Announcement } from '../../projections/fold/announce.ts';
import type { Slot } from '../../projections/generation.ts';

/** Set where messages are published; without it nothing is noted. */
export interface OutboxSettings {
  /** Whether a key's transactions are published again when they move it to a new epoch. */
  readonly replays: boolean;
}

/**
 * Notes announcements of the generation in `slot`, which must be on the search_path. Only what readers see
 * is announced: beside a flip both generations fold, and the share lock keeps them apart.
 */
export async function noteAnnouncements(
  tx: Queryable,
  slot: Slot,
  settings: OutboxSettings,
  announcements: readonly Announcement[],
): Promise<void> {
  const noted = announcements.filter(({ kind }) => kind !== 'replay' || settings.replays);
  if (noted.length === 0) return;
  await tx.query(
    `with active as (select from public.active_generation where slot = $1 for share)
     insert into public.outbox (kind, portfolio_id, security_id, epoch, from_day, through_day)
     select a.kind, p.portfolio_id, s.security_id, a.epoch, a.from_day, a.through_day
     from active,
          unnest($2::text[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
            with ordinality as a(kind, portfolio_no, security_no, epoch, from_day, through_day, place)
     join portfolios p using (portfolio_no)
     join securities s using (security_no)
     order by a.place`,
    [
      slot,
      noted.map((a) => a.kind),
      noted.map((a) => a.portfolioNo),
      noted.map((a) => a.securityNo),
      noted.map((a) => a.epoch),
      noted.map((a) => (a.kind === 'snapshots' ? a.fromDay : null)),
      noted.map((a) => (a.kind === 'snapshots' ? a.throughDay : null)),
    ],
  );
}

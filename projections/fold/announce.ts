/** What a fold has to tell the world, in short; the outbox's publisher makes messages of it. Pure. */
import type { Day } from '../../domain/dates.ts';
import type { KeyDiff } from './diff.ts';
import type { KeyPlan, KeyRef } from './model.ts';

/**
 * - `snapshots`: the key's snapshots of these days were persisted under the epoch.
 * - `replay`: its transactions moved the key to the epoch, so that others recompute what they made of them.
 */
export type Announcement = KeyRef & { readonly epoch: number } & (
    | { readonly kind: 'snapshots'; readonly fromDay: Day; readonly throughDay: Day }
    | { readonly kind: 'replay' }
  );

export function announcementsOf(key: KeyRef, plan: KeyPlan, diff: KeyDiff): Announcement[] {
  // A repair gives readers what they had been told of before.
  if (plan.repair) return [];
  const { portfolioNo, securityNo } = key;
  const snapshots = runsOf(diff.newDays.map((row) => row.day)).map(([fromDay, throughDay]) => ({
    kind: 'snapshots' as const,
    portfolioNo,
    securityNo,
    epoch: diff.epoch,
    fromDay,
    throughDay,
  }));
  // First the transactions: whoever recomputes from them meets the new epoch there.
  return diff.bumped && plan.transactional && !plan.force
    ? [{ kind: 'replay', portfolioNo, securityNo, epoch: diff.epoch }, ...snapshots]
    : snapshots;
}

/** Ascending days as runs without gaps. */
function runsOf(days: readonly Day[]): (readonly [from: Day, through: Day])[] {
  const runs: [Day, Day][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last && day === last[1] + 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

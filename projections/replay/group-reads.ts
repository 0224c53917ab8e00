/** What is read of several portfolios together, answered from replays of each. */
import type { Day } from '../../domain/dates.ts';
import { day as dayOf } from '../../domain/dates.ts';
import type { GroupDayRow, MemberSnapshotRow, MovementRow } from '../queries/group-rows.ts';
import type { DateRange, ReadModel, Version } from '../queries/read-model.ts';
import type { PortfolioRow } from '../queries/rows.ts';
import type { Progressed } from './folded.ts';
import { byDate, createSummedDays, movementRows } from './group-rows.ts';
import type { Replay, Replays } from './read-model.ts';
import { snapshotRow } from './replayed-rows.ts';

type GroupReads = Pick<
  ReadModel,
  'members' | 'restatedFrom' | 'groupDays' | 'movements' | 'memberSnapshots' | 'fxDigest'
>;

/** Small beside the replays it was made of, which need not be in memory together. */
export interface GroupReplay {
  readonly members: readonly Progressed[];
  readonly days: readonly GroupDayRow[];
  readonly movements: readonly MovementRow[];
}

/** Folds the portfolios one after another and keeps what they add up to. */
export async function replayGroup(
  portfolioIds: readonly string[],
  replayOf: (portfolioId: string) => Promise<Replay | undefined>,
): Promise<GroupReplay> {
  const members: Progressed[] = [];
  const sums = createSummedDays();
  const movements: MovementRow[] = [];
  for (const id of portfolioIds) {
    const replay = await replayOf(id);
    if (!replay) continue;
    const { record, firstDay, horizon, completeThrough, days } = replay.folded;
    members.push({ record, firstDay, horizon, completeThrough });
    sums.add(days, record.settings.base_currency);
    movements.push(...movementRows(replay));
  }
  return { members, days: sums.rows(), movements: byDate(movements) };
}

export function replayedGroupReads(
  replays: Replays,
  version: Version,
  portfolioRow: (progress: Progressed) => PortfolioRow,
): GroupReads {
  const groupOf = (ids: readonly string[]) => replays.group([...new Set(ids)].sort());
  return {
    async members(portfolioIds) {
      const { members } = await groupOf(portfolioIds);
      return members.map((progress) => ({ portfolio: portfolioRow(progress), version }));
    },
    // A position of the log has but one state.
    restatedFrom: async () => null,
    groupDays: async (portfolioIds, range) => within((await groupOf(portfolioIds)).days, range),
    movements: async (portfolioIds, range) => within((await groupOf(portfolioIds)).movements, range),
    async memberSnapshots(portfolioIds, date) {
      const rows: MemberSnapshotRow[] = [];
      for (const id of portfolioIds) rows.push(...snapshotsOf(await replays.replay(id), id, dayOf(date)));
      return rows.sort(
        (a, b) => compare(a.security_id, b.security_id) || compare(a.portfolio_id, b.portfolio_id),
      );
    },
    fxDigest: async () => '',
  };
}

function snapshotsOf(replay: Replay | undefined, portfolioId: string, day: Day): MemberSnapshotRow[] {
  return [...(replay?.folded.keys.values() ?? [])].flatMap((key) => {
    const row = key.rowOn(day);
    return row ? [{ ...snapshotRow(key.details, row), portfolio_id: portfolioId }] : [];
  });
}

function within<Row extends { readonly date: string }>(rows: readonly Row[], { from, to }: DateRange): Row[] {
  return rows.filter(({ date }) => (from === undefined || date >= from) && (to === undefined || date <= to));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

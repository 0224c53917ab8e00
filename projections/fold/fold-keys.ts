/** Folds keys of claimed portfolios from their plans: load, fold, compare, write. */
import { decodeState, initialState } from '../../domain/books/state.ts';
import { foldTransactions } from '../../domain/books/fold.ts';
import { FoldError } from '../../domain/books/fold-error.ts';
import type {
  DayRow,
  Effect,
  FoldResult,
  KeyDetails,
  Market,
  PositionState,
} from '../../domain/books/model.ts';
import { costDiscrepancies } from '../../domain/books/cost-check.ts';
import { valueDays } from '../../domain/books/valuation.ts';
import { format, isZero } from '../../domain/decimal.ts';
import type { Day } from '../../domain/dates.ts';
import { announcementsOf } from './announce.ts';
import { checkpointsOf, isOpen } from './checkpoints.ts';
import { diffKey } from './diff.ts';
import type { KeyDiff } from './diff.ts';
import { loadMarkets } from './market.ts';
import { groupByKey, keyOf, push } from './model.ts';
import type { KeyRow, StoredDay } from './model.ts';
import { stretch } from './plan.ts';
import type {
  DiscrepancyRow,
  EpochRow,
  Failure,
  FoldSession,
  KeyStateRow,
  KeyWrites,
  PendingRow,
} from './store.ts';
import { loadTasks } from './task.ts';
import type { FoldTask, LoadedTask } from './task.ts';
import { parseOpening } from './text.ts';

export interface FoldedKeys {
  readonly failures: readonly Failure[];
  readonly epochs: number;
  readonly rows: number;
}

/** Later than any day of the books. */
const FOREVER: Day = 10_000_000;

interface Folded {
  readonly key: KeyRow;
  readonly loaded: LoadedTask;
  readonly effects: readonly Effect[];
  readonly start: PositionState;
  readonly from: Day;
  readonly to: Day;
  readonly horizon: Day | null;
}

export async function foldKeys(
  session: FoldSession,
  tasks: readonly FoldTask[],
  horizon: Day | null,
): Promise<FoldedKeys> {
  const loaded = await loadTasks(session, tasks);
  const markets = await loadMarkets(session, loaded, horizon);
  const failures: Failure[] = [];
  const failing = (keys: readonly KeyRow[], { plan }: FoldTask, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const transactionId = error instanceof FoldError ? error.transactionId : null;
    for (const { portfolioNo, securityNo } of keys)
      failures.push({ portfolioNo, securityNo, position: plan.position, reason, transactionId });
  };
  const folded: Folded[] = [];
  const pending: PendingRow[] = [];
  const decided: (readonly [number, string])[] = [];
  for (const item of loaded) {
    const { portfolio, keys } = item.task;
    try {
      if (item.failure) throw item.failure.error;
      const { result, starts } = foldGroup(item, markets.of(portfolio));
      folded.push(...foldedKeys(item, result, starts, horizon));
      const numbers = new Map(keys.map((key) => [key.securityId, key.securityNo]));
      // A cash leg bears the id of the trade it pays for, which its own key decides on.
      for (const { id, sourceType } of item.transactions)
        if (sourceType === undefined) decided.push([portfolio.portfolioNo, id]);
      for (const { transactionId, securityId, reason } of result.pending)
        pending.push({
          portfolioNo: portfolio.portfolioNo,
          securityNo: numbers.get(securityId)!,
          transactionId,
          reason,
        });
    } catch (error) {
      failing(keys, item.task, error);
    }
  }

  const stretches = folded.map(({ key, from, to }) => ({
    portfolioNo: key.portfolioNo,
    securityNo: key.securityNo,
    from: from - 1,
    to,
  }));
  const [dayRows, historyRows] = await session.together([
    () => session.days(stretches),
    () =>
      session.history(
        stretches.map((s, i) => ({ ...s, from: historyFrom(folded[i]!), to: historyTo(folded[i]!) })),
      ),
  ]);
  const storedDays = groupByKey(dayRows);
  const storedHistory = groupByKey(historyRows);

  const diffs: { item: Folded; diff: KeyDiff }[] = [];
  for (const item of folded) {
    const { key, from, effects, loaded: source } = item;
    const { portfolio, plan, changes } = source.task;
    const stored = storedDays.get(keyOf(key)) ?? [];
    let rows: DayRow[];
    try {
      rows = valued(item, stored, markets.of(portfolio));
    } catch (error) {
      failing([key], source.task, error);
      continue;
    }
    diffs.push({
      item,
      diff: diffKey({
        key,
        storedDays: stored.filter((row) => row.day >= from),
        storedHistory: storedHistory.get(keyOf(key)) ?? [],
        rows,
        effects: effects.filter((e) => e.day >= historyFrom(item) && e.day <= historyTo(item)),
        publishedBefore: portfolio.horizon,
        force: plan.force,
        repair: plan.repair,
        whole: plan.force && isWhole(item, horizon),
        changes,
      }),
    });
  }
  if (failures.length > 0) await session.fail(failures);

  await session.writeKeys({
    retiredDays: diffs.flatMap(({ diff }) => diff.retiredDays),
    newDays: diffs.flatMap(({ diff }) => diff.newDays),
    retiredHistory: diffs.flatMap(({ diff }) => diff.retiredHistory),
    newHistory: diffs.flatMap(({ diff }) => diff.newHistory),
    ...checkpointWrites(
      diffs.map(({ item }) => item),
      session.foldVersion,
    ),
    decided,
    pending,
    discrepancies: diffs.flatMap(({ item }) => discrepancyRows(item)),
    states: diffs.map(({ item, diff }) => stateRow(item, diff, horizon, session.foldVersion)),
    epochs: diffs.flatMap(({ item, diff }) => epochRow(item, diff)),
    announcements: diffs.flatMap(({ item, diff }) => announcementsOf(item.key, item.loaded.task.plan, diff)),
  });
  return {
    failures,
    epochs: diffs.filter(({ diff }) => diff.bumped).length,
    rows: diffs.reduce((total, { diff }) => total + diff.newDays.length, 0),
  };
}

/** The key's rows of its stretch, going on from the row of the day before. */
function valued(item: Folded, stored: readonly StoredDay[], market: Market): DayRow[] {
  const { key, from, to, effects } = item;
  if (from > to) return [];
  const eve = stored.find((row) => row.day === from - 1);
  return valueDays({
    from,
    to,
    opening: eve && parseOpening(eve.series),
    key,
    state: stateBefore(item, from),
    effects: effects.filter((effect) => effect.day >= from),
    market,
  });
}

/**
 * A state is kept of keys that are folded alone. Those tied to others lose what was kept of them: were
 * they untied by a correction, it would lack what came in the meantime.
 */
function checkpointWrites(
  folded: readonly Folded[],
  foldVersion: number,
): Pick<KeyWrites, 'checkpoints' | 'checkpointsFrom'> {
  const changed = folded.filter(
    ({ key, loaded: { task, checkpoint }, effects }) =>
      task.plan.transactional ||
      effects.some((effect) => effect.day >= task.plan.fromDay) ||
      // What another version of the fold kept is of no use any more.
      (checkpoint === undefined && key.foldVersion !== foldVersion),
  );
  const isAlone = ({ loaded }: Folded) => loaded.task.keys.length === 1;
  return {
    checkpointsFrom: changed.map(({ key, loaded }) => ({
      portfolioNo: key.portfolioNo,
      securityNo: key.securityNo,
      at: loaded.transactions[0]?.at ?? loaded.checkpoint?.at ?? null,
    })),
    checkpoints: changed
      .filter(isAlone)
      .flatMap(({ key, loaded, effects }) => checkpointsOf(key, effects, loaded.checkpoint?.seq ?? 0)),
  };
}

function foldGroup(
  { task, checkpoint, transactions }: LoadedTask,
  market: Market,
): { result: FoldResult; starts: ReadonlyMap<string, PositionState> } {
  const keys = new Map<string, KeyDetails>(task.keys.map((key) => [key.securityId, key]));
  const starts = new Map(
    task.keys.map((key) => [key.securityId, checkpoint ? decodeState(checkpoint.state) : initialState()]),
  );
  return { result: foldTransactions(task.portfolio.settings, keys, starts, transactions, market), starts };
}

function foldedKeys(
  loaded: LoadedTask,
  result: FoldResult,
  starts: ReadonlyMap<string, PositionState>,
  horizon: Day | null,
): Folded[] {
  const effects = new Map<string, Effect[]>();
  for (const effect of result.effects) push(effects, effect.securityId, effect);
  return loaded.task.keys.map((key) => {
    const own = effects.get(key.securityId) ?? [];
    const days =
      horizon === null
        ? undefined
        : stretch(
            loaded.task.plan,
            key,
            horizon,
            loaded.checkpoint ? undefined : own[0]?.day,
            (from, through) => loaded.transactions.some(({ day }) => day >= from && day <= through),
          );
    return {
      key,
      loaded,
      effects: own,
      start: starts.get(key.securityId)!,
      from: days?.from ?? 0,
      to: days?.to ?? -1,
      horizon,
    };
  });
}

/** History changes with the key's transactions and with the rates their base amounts took. */
function historyFrom({ loaded }: Folded): Day {
  return loaded.task.plan.fromDay;
}

/** Transactions may lie after the last business date; a stretch that ends before it has changed none. */
function historyTo({ from, to, horizon }: Folded): Day {
  return from <= to && horizon !== null && to < horizon ? to : FOREVER;
}

function discrepancyRows({ key, start, effects, loaded }: Folded): DiscrepancyRow[] {
  const { portfolioNo, securityNo, currency } = key;
  return costDiscrepancies(start, effects, loaded.transactions, currency).map(
    ({ transactionId, upstream, computed }) => ({
      portfolioNo,
      securityNo,
      transactionId,
      upstream: format(upstream),
      computed: format(computed),
    }),
  );
}

function stateBefore({ effects, start }: Folded, day: Day): PositionState {
  let state = start;
  for (const effect of effects) {
    if (effect.day >= day) break;
    state = effect.after;
  }
  return state;
}

/** Whether all is folded from the first row of the key to its last one. */
function isWhole({ key, loaded, effects, to }: Folded, horizon: Day | null): boolean {
  const firstDay = effects[0]?.day ?? null;
  return (
    loaded.checkpoint === undefined &&
    loaded.task.plan.fromDay <= Math.min(key.firstDay ?? Infinity, firstDay ?? Infinity) &&
    (to === horizon || firstDay === null)
  );
}

function stateRow(folded: Folded, diff: KeyDiff, horizon: Day | null, foldVersion: number): KeyStateRow {
  const { key, loaded, effects, to, start } = folded;
  const last = effects.at(-1);
  const firstDay = loaded.checkpoint ? key.firstDay : (effects[0]?.day ?? null);
  const watermarkDay = to === horizon ? horizon : (key.watermarkDay ?? horizon);
  const settled = last === undefined && watermarkDay === key.watermarkDay;
  return {
    portfolioNo: key.portfolioNo,
    securityNo: key.securityNo,
    epoch: diff.epoch,
    firstDay,
    watermarkDay,
    open: settled ? key.open : isOpen(last, watermarkDay) || (last === undefined && !isZero(start.quantity)),
    foldVersion:
      key.foldVersion === 0 || isWhole(folded, horizon)
        ? foldVersion
        : Math.min(key.foldVersion, foldVersion),
    checksum: diff.checksum,
  };
}

function epochRow({ key, loaded }: Folded, diff: KeyDiff): EpochRow[] {
  if (!diff.bumped) return [];
  return [
    {
      portfolioNo: key.portfolioNo,
      securityNo: key.securityNo,
      epoch: diff.epoch,
      cause: loaded.task.plan.cause,
      position: loaded.task.plan.position,
      fromDay: diff.changedFrom,
      throughDay: diff.changedThrough,
      rows: diff.newDays.length,
      checksum: diff.checksum,
    },
  ];
}

/** Folds keys of claimed portfolios from their plans: load, fold, compare, write. */
import { decodeState, initialState } from '../../domain/books/state.ts';
import { foldTransactions } from '../../domain/books/fold.ts';
import type { Effect, FoldResult, KeyDetails, Market, PositionState, Transaction } from '../../domain/books/model.ts';
import {
  cashLeg,
  compareTransactions,
  rankOf,
  transactionFrom,
} from '../../domain/books/transactions.ts';
import { valueDays } from '../../domain/books/valuation.ts';
import { isZero } from '../../domain/decimal.ts';
import type { Day } from '../../domain/dates.ts';
import { checkpointsOf, isOpen } from './checkpoints.ts';
import { diffKey } from './diff.ts';
import type { DayChanges, KeyDiff } from './diff.ts';
import { loadMarkets } from './market.ts';
import { keyOf } from './model.ts';
import type { Checkpoint, ClaimedPortfolio, KeyPlan, KeyRow } from './model.ts';
import { stretch } from './plan.ts';
import type { EpochRow, Failure, FoldSession, KeyStateRow, PendingRow } from './store.ts';
import { parseOpening } from './text.ts';

/** A key, or several that reorganisations tie together, to be folded by one plan. */
export interface FoldTask {
  readonly portfolio: ClaimedPortfolio;
  readonly keys: readonly KeyRow[];
  readonly plan: KeyPlan;
  readonly changes: DayChanges;
}

export interface FoldedKeys {
  readonly failures: readonly Failure[];
  readonly epochs: number;
  readonly rows: number;
}

/** Later than any day of the books. */
const FOREVER: Day = 10_000_000;

interface Loaded {
  readonly task: FoldTask;
  readonly checkpoint: Checkpoint | undefined;
  readonly transactions: readonly Transaction[];
}

interface Folded {
  readonly key: KeyRow;
  readonly loaded: Loaded;
  readonly effects: readonly Effect[];
  readonly start: PositionState;
  readonly from: Day;
  readonly to: Day;
}

export async function foldKeys(
  session: FoldSession,
  tasks: readonly FoldTask[],
  horizon: Day | null,
): Promise<FoldedKeys> {
  const loaded = await loadTransactions(session, tasks);
  const markets = await loadMarkets(session, loaded, horizon);
  const failures: Failure[] = [];
  const folded: Folded[] = [];
  const pending: PendingRow[] = [];
  const decided: (readonly [number, string])[] = [];
  for (const item of loaded) {
    const { portfolio, keys, plan } = item.task;
    try {
      const { result, starts } = foldGroup(item, markets.of(portfolio));
      folded.push(...foldedKeys(item, result, starts, horizon));
      const numbers = new Map(keys.map((key) => [key.securityId, key.securityNo]));
      for (const { id } of item.transactions) decided.push([portfolio.portfolioNo, id]);
      for (const { transactionId, securityId, reason } of result.pending)
        pending.push({
          portfolioNo: portfolio.portfolioNo,
          securityNo: numbers.get(securityId)!,
          transactionId,
          reason,
        });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      for (const key of keys)
        failures.push({ portfolioNo: key.portfolioNo, securityNo: key.securityNo, position: plan.position, reason });
    }
  }
  if (failures.length > 0) await session.fail(failures);

  const stretches = folded.map(({ key, from, to }) => ({
    portfolioNo: key.portfolioNo,
    securityNo: key.securityNo,
    from: from - 1,
    to,
  }));
  const storedDays = groupByKey(await session.days(stretches));
  const storedHistory = groupByKey(
    await session.history(stretches.map((s, i) => ({ ...s, from: historyFrom(folded[i]!), to: historyTo(folded[i]!) }))),
  );

  const diffs: { item: Folded; diff: KeyDiff }[] = [];
  for (const item of folded) {
    const { key, from, to, effects, loaded: source } = item;
    const { portfolio, plan, changes } = source.task;
    const stored = storedDays.get(keyOf(key)) ?? [];
    const eve = stored.find((row) => row.day === from - 1);
    const rows =
      from > to
        ? []
        : valueDays({
            from,
            to,
            opening: eve && parseOpening(eve.series),
            key,
            state: stateBefore(item, from),
            effects: effects.filter((effect) => effect.day >= from),
            market: markets.of(portfolio),
          });
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
        changes,
      }),
    });
  }

  const recheckpointed = folded.filter(
    ({ loaded: source, effects }) =>
      source.task.keys.length === 1 &&
      (source.task.plan.transactional || effects.some((effect) => effect.day >= source.task.plan.fromDay)),
  );
  await session.writeKeys({
    retiredDays: diffs.flatMap(({ diff }) => diff.retiredDays),
    newDays: diffs.flatMap(({ diff }) => diff.newDays),
    retiredHistory: diffs.flatMap(({ diff }) => diff.retiredHistory),
    newHistory: diffs.flatMap(({ diff }) => diff.newHistory),
    checkpointsFrom: recheckpointed.map(({ key, loaded: source }) => ({
      portfolioNo: key.portfolioNo,
      securityNo: key.securityNo,
      at: source.transactions[0]?.at ?? source.checkpoint?.at ?? null,
    })),
    checkpoints: recheckpointed.flatMap(({ key, loaded: source, effects }) =>
      checkpointsOf(key, effects, source.checkpoint?.seq ?? 0),
    ),
    decided,
    pending,
    states: diffs.map(({ item, diff }) => stateRow(item, diff, horizon)),
    epochs: diffs.flatMap(({ item, diff }) => epochRow(item, diff)),
  });
  return {
    failures,
    epochs: diffs.filter(({ diff }) => diff.bumped).length,
    rows: diffs.reduce((total, { diff }) => total + diff.newDays.length, 0),
  };
}

/** The tasks' transactions from their checkpoints on, cash legs among them, in the order of the books. */
async function loadTransactions(session: FoldSession, tasks: readonly FoldTask[]): Promise<Loaded[]> {
  const alone = tasks.filter((task) => task.keys.length === 1);
  const checkpoints = new Map(
    (
      await session.checkpoints(
        alone.map(({ keys: [key], plan }) => ({
          portfolioNo: key!.portfolioNo,
          securityNo: key!.securityNo,
          beforeDay: firstDayToFold(plan, key!),
        })),
      )
    ).map((checkpoint) => [keyOf(checkpoint), checkpoint]),
  );
  const checkpointOf = (task: FoldTask) =>
    task.keys.length === 1 ? checkpoints.get(keyOf(task.keys[0]!)) : undefined;
  const rows = await session.transactions(
    tasks.flatMap((task) =>
      task.keys.map((key) => ({
        portfolioNo: key.portfolioNo,
        securityNo: key.securityNo,
        at: checkpointOf(task)?.at ?? null,
      })),
    ),
  );
  const cashTasks = tasks.filter(isDerivedCash);
  const paid = await (cashTasks.length === 0
    ? []
    : session.paidTransactions(
        cashTasks.map((task) => ({
          portfolioNo: task.portfolio.portfolioNo,
          currency: task.keys[0]!.currency,
          at: checkpointOf(task)?.at ?? null,
        })),
      ));
  const byKey = groupByKey(rows);
  const legs = new Map<string, typeof paid>();
  for (const row of paid) push(legs, `${row.portfolioNo}/${row.currency}`, row);

  return tasks.map((task) => {
    const { timeZone, portfolioNo } = task.portfolio;
    const transactions = task.keys.flatMap((key) =>
      (byKey.get(keyOf(key)) ?? []).map((row) => transactionFrom(row.fields, timeZone)),
    );
    if (isDerivedCash(task))
      for (const row of legs.get(`${portfolioNo}/${task.keys[0]!.currency}`) ?? []) {
        const leg = cashLeg(transactionFrom(row.fields, timeZone), {
          securityId: row.fields.security_id,
          currency: row.currency,
          isCash: false,
        });
        if (leg) transactions.push(leg);
      }
    const checkpoint = checkpointOf(task);
    return {
      task,
      checkpoint,
      transactions: transactions
        .filter((transaction) => !checkpoint || isAfter(transaction, checkpoint))
        .sort(compareTransactions),
    };
  });
}

function isAfter(transaction: Transaction, place: Checkpoint): boolean {
  if (transaction.at !== place.at) return transaction.at > place.at;
  const rank = rankOf(transaction.type);
  return rank === place.rank ? transaction.id > place.transactionId : rank > place.rank;
}

function isDerivedCash(task: FoldTask): boolean {
  return task.portfolio.cash === 'derived' && task.keys[0]!.securityId === `CASH_${task.keys[0]!.currency}`;
}

function firstDayToFold(plan: KeyPlan, key: KeyRow): Day {
  return key.watermarkDay === null ? plan.fromDay : Math.min(plan.fromDay, key.watermarkDay + 1);
}

function foldGroup(
  { task, checkpoint, transactions }: Loaded,
  market: Market,
): { result: FoldResult; starts: ReadonlyMap<string, PositionState> } {
  const keys = new Map<string, KeyDetails>(task.keys.map((key) => [key.securityId, key]));
  const starts = new Map(
    task.keys.map((key) => [key.securityId, checkpoint ? decodeState(checkpoint.state) : initialState()]),
  );
  return { result: foldTransactions(task.portfolio.settings, keys, starts, transactions, market), starts };
}

function foldedKeys(
  loaded: Loaded,
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
        : stretch(loaded.task.plan, key, horizon, loaded.checkpoint ? undefined : own[0]?.day, (from, through) =>
            loaded.transactions.some(({ day }) => day >= from && day <= through),
          );
    return {
      key,
      loaded,
      effects: own,
      start: starts.get(key.securityId)!,
      from: days?.from ?? 0,
      to: days?.to ?? -1,
    };
  });
}

/** History changes with the key's transactions and with the rates their base amounts took. */
function historyFrom({ loaded }: Folded): Day {
  return loaded.task.plan.fromDay;
}

function historyTo({ loaded, from, to }: Folded): Day {
  const { plan } = loaded.task;
  return plan.throughDay === null || from > to ? FOREVER : to;
}

function stateBefore({ effects, start }: Folded, day: Day): PositionState {
  let state = start;
  for (const effect of effects) {
    if (effect.day >= day) break;
    state = effect.after;
  }
  return state;
}

function stateRow({ key, loaded, effects, to, start }: Folded, diff: KeyDiff, horizon: Day | null): KeyStateRow {
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

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function groupByKey<T extends { portfolioNo: number; securityNo: number }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) push(groups, keyOf(row), row);
  return groups;
}

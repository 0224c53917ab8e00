/**
 * Folds what is dirty in some portfolios, in one transaction: keys first, the cash they moved next,
 * the portfolios' own rows last. The commit is the flip: before it nobody sees any of it.
 */
import { FROM_INCEPTION, isRepair } from '../register/model.ts';
import type { Day } from '../../domain/dates.ts';
import { foldKeys } from './fold-keys.ts';
import { keyOf, push } from './model.ts';
import type { ClaimedPortfolio, KeyPlan, KeyRef, KeyRow, MarkRow } from './model.ts';
import type { DayChanges } from './diff.ts';
import { aggregatePortfolios } from './aggregate.ts';
import { linkedGroups, merge, planKeys } from './plan.ts';
import type { FoldSession, Link } from './store.ts';
import { isDerivedCash, tiesOf } from './task.ts';
import type { FoldTask } from './task.ts';

export interface FoldOutcome {
  readonly portfolios: number;
  readonly keys: number;
  readonly rows: number;
  readonly epochs: number;
  readonly failures: number;
}

/** What a portfolio's trades in a currency, or its cash itself, ask of its cash. */
interface CashPlan {
  readonly portfolioNo: number;
  /** The currency of the trades, or the number of the key. */
  readonly of: { readonly currency: string } | { readonly securityNo: number };
  readonly plan: KeyPlan;
}

interface Planned {
  readonly tasks: FoldTask[];
  readonly cashPlans: CashPlan[];
}

/** Rows folded before they are written: bounds memory however long a history is. */
const ROWS_PER_WRITE = 25_000;

/** @param onRows told of the rows written so far, while a long fold goes on */
export async function foldPortfolios(
  session: FoldSession,
  portfolioNos: readonly number[],
  onRows?: (rows: number) => void,
): Promise<FoldOutcome> {
  const [, locked, marked, horizon, links] = await session.together([
    () => session.expect(portfolioNos.length),
    () => session.claim(portfolioNos),
    () => session.marks(portfolioNos),
    () => session.horizon(),
    () => session.links(portfolioNos),
  ]);
  const portfolios = new Map(locked.map((p) => [p.portfolioNo, p]));
  const claimed = [...portfolios.keys()];
  const marks = withoutEarlyRepairs(marked.filter(({ portfolioNo }) => portfolios.has(portfolioNo)));
  if (marks.length === 0) return { portfolios: 0, keys: 0, rows: 0, epochs: 0, failures: 0 };
  const changes = new Map<number, DayChanges>(claimed.map((portfolioNo) => [portfolioNo, new Map()]));

  const { tasks, cashPlans } = await planTasks(session, portfolios, marks, { horizon, links, changes });
  const outcome = { portfolios: claimed.length, keys: 0, rows: 0, epochs: 0, failures: 0 };
  const run = async (wave: readonly FoldTask[]) => {
    for (const chunk of chunks(wave, horizon)) {
      const folded = await foldKeys(session, chunk, horizon);
      outcome.keys += chunk.reduce((total, task) => total + task.keys.length, 0);
      outcome.rows += folded.rows;
      outcome.epochs += folded.epochs;
      outcome.failures += folded.failures.length;
      onRows?.(outcome.rows);
    }
  };
  await run(tasks);
  // Cash comes second: which trades it pays for is known only once they have been applied.
  await run(await cashTasks(session, portfolios, cashPlans, links, changes));
  outcome.epochs += await aggregatePortfolios(session, [...portfolios.values()], changes, horizon, marks);
  await session.deleteMarks(marks.map((mark) => mark.dirtyId));
  return outcome;
}

/**
 * Repairs wait until nothing else is to be done in their portfolio: rows that a fact changes belong in a new
 * epoch, and a repair would put them in the old one.
 */
function withoutEarlyRepairs(marks: readonly MarkRow[]): readonly MarkRow[] {
  const busy = new Set(marks.filter(({ cause }) => !isRepair(cause)).map(({ portfolioNo }) => portfolioNo));
  return marks.filter(({ cause, portfolioNo }) => !isRepair(cause) || !busy.has(portfolioNo));
}

async function planTasks(
  session: FoldSession,
  portfolios: ReadonlyMap<number, ClaimedPortfolio>,
  marks: readonly MarkRow[],
  known: {
    readonly horizon: Day | null;
    readonly links: readonly Link[];
    readonly changes: ReadonlyMap<number, DayChanges>;
  },
): Promise<Planned> {
  const { horizon, links, changes } = known;
  const plans = planKeys(marks);
  const roll = marks.filter((mark) => mark.securityNo === 0);
  if (roll.length > 0 && horizon !== null) {
    const position = new Map(roll.map((mark) => [mark.portfolioNo, mark.position]));
    for (const key of await session.keysToRoll([...position.keys()], horizon))
      merge(plans, {
        portfolioNo: key.portfolioNo,
        securityNo: key.securityNo,
        fromDay: key.watermarkDay === null ? FROM_INCEPTION : key.watermarkDay + 1,
        throughDay: null,
        transactional: false,
        force: false,
        repair: false,
        cause: 'business_date',
        position: position.get(key.portfolioNo) ?? 0,
      });
  }

  const tasks: FoldTask[] = [];
  const cashPlans: CashPlan[] = [];
  for (const { portfolio, members } of await groupsOf(session, portfolios, plans.values(), links)) {
    const { portfolioNo } = portfolio;
    const asked = members.flatMap((key) => plans.get(keyOf(key)) ?? []);
    if (members.some((key) => isDerivedCash(portfolio, key))) {
      for (const plan of asked) cashPlans.push({ portfolioNo, of: plan, plan });
      continue;
    }
    const plan = retried(groupPlan(asked), members);
    if (!plan) continue;
    tasks.push({ portfolio, keys: members, plan, changes: changes.get(portfolioNo)! });
    if (portfolio.cash === 'derived' && plan.transactional)
      for (const currency of new Set(members.filter((key) => !key.isCash).map((key) => key.currency)))
        cashPlans.push({ portfolioNo, of: { currency }, plan });
  }
  return { tasks, cashPlans };
}

/** The keys that are asked for, with those that reorganisations tie to them. */
async function groupsOf(
  session: FoldSession,
  portfolios: ReadonlyMap<number, ClaimedPortfolio>,
  asked: Iterable<KeyRef>,
  links: readonly Link[],
): Promise<{ portfolio: ClaimedPortfolio; members: KeyRow[] }[]> {
  const refs = groupBy(asked);
  const ties = groupBy(links);
  const groups: { portfolio: ClaimedPortfolio; securityNos: number[] }[] = [];
  for (const [portfolioNo, own] of refs) {
    const portfolio = portfolios.get(portfolioNo)!;
    const tied = tiesOf(portfolio.cash, ties.get(portfolioNo) ?? []);
    for (const securityNos of linkedGroups(
      own.map(({ securityNo }) => securityNo),
      tied,
    ))
      groups.push({ portfolio, securityNos });
  }
  const rows = await session.keys(
    groups.flatMap(({ portfolio: { portfolioNo }, securityNos }) =>
      securityNos.map((securityNo) => ({ portfolioNo, securityNo })),
    ),
  );
  const keys = new Map(rows.map((row) => [keyOf(row), row]));
  return groups.map(({ portfolio, securityNos }) => ({
    portfolio,
    members: securityNos.flatMap(
      (securityNo) => keys.get(keyOf({ portfolioNo: portfolio.portfolioNo, securityNo })) ?? [],
    ),
  }));
}

function groupBy<T extends KeyRef>(refs: Iterable<T>): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const ref of refs) push(groups, ref.portfolioNo, ref);
  return groups;
}

/** One plan for keys that are folded together; several keys always go the whole way. */
function groupPlan(plans: readonly KeyPlan[]): KeyPlan | undefined {
  const merged = new Map<string, KeyPlan>();
  for (const plan of plans) merge(merged, { ...plan, portfolioNo: 0, securityNo: 0 });
  const [plan] = merged.values();
  const first = plans[0];
  return plan && first && { ...plan, portfolioNo: first.portfolioNo, securityNo: first.securityNo };
}

/**
 * A failed key waits until an operator has it tried again; then it is folded from inception, since what
 * changed while it waited has left no mark.
 */
function retried(plan: KeyPlan | undefined, keys: readonly KeyRow[]): KeyPlan | undefined {
  if (!plan || !keys.some((key) => key.failed)) return plan;
  return plan.force ? { ...plan, fromDay: FROM_INCEPTION, throughDay: null } : undefined;
}

async function cashTasks(
  session: FoldSession,
  portfolios: ReadonlyMap<number, ClaimedPortfolio>,
  cashPlans: readonly CashPlan[],
  links: readonly Link[],
  changes: ReadonlyMap<number, DayChanges>,
): Promise<FoldTask[]> {
  if (cashPlans.length === 0) return [];
  const cashKeys = await session.cashKeys([...new Set(cashPlans.map((plan) => plan.portfolioNo))]);
  const numbers = new Map(cashKeys.map((key) => [`${key.portfolioNo}/${key.currency}`, key.securityNo]));
  const plans = new Map<string, KeyPlan>();
  for (const { portfolioNo, of, plan } of cashPlans) {
    const securityNo = 'currency' in of ? numbers.get(`${portfolioNo}/${of.currency}`) : of.securityNo;
    if (securityNo !== undefined) merge(plans, { ...plan, portfolioNo, securityNo });
  }
  const groups = await groupsOf(session, portfolios, plans.values(), links);
  return groups.flatMap(({ portfolio, members }) => {
    const plan = retried(groupPlan(members.flatMap((key) => plans.get(keyOf(key)) ?? [])), members);
    if (!plan) return [];
    return [{ portfolio, keys: members, plan, changes: changes.get(portfolio.portfolioNo)! }];
  });
}

/** Cuts tasks into runs whose rows are few enough to be held in memory at once. */
function* chunks(tasks: readonly FoldTask[], horizon: Day | null): Generator<FoldTask[]> {
  let chunk: FoldTask[] = [];
  let rows = 0;
  for (const task of tasks) {
    chunk.push(task);
    for (const key of task.keys) {
      const from = Math.max(task.plan.fromDay, key.firstDay ?? (horizon ?? 0) - 3_650);
      rows += Math.max(1, Math.min(task.plan.throughDay ?? Infinity, horizon ?? 0) - from + 1);
    }
    if (rows < ROWS_PER_WRITE) continue;
    yield chunk;
    chunk = [];
    rows = 0;
  }
  if (chunk.length > 0) yield chunk;
}

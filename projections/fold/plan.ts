/** From marks to plans: which keys to fold, from which day, and how far. Pure. */
import type { Day } from '../../domain/dates.ts';
import { FROM_INCEPTION, isOrder, isRepair } from '../register/model.ts';
import { keyOf } from './model.ts';
import type { KeyPlan, KeyRow, MarkRow } from './model.ts';

/** Coalesces the marks of keys: the earliest day, the latest end, the first cause. */
export function planKeys(marks: readonly MarkRow[]): Map<string, KeyPlan> {
  const plans = new Map<string, KeyPlan>();
  for (const mark of marks) if (mark.securityNo !== 0) merge(plans, planOf(mark));
  return plans;
}

function planOf(mark: MarkRow): KeyPlan {
  const market = mark.cause === 'price' || mark.cause === 'fx_rate' || mark.cause === 'split';
  const repair = isRepair(mark.cause);
  return {
    portfolioNo: mark.portfolioNo,
    securityNo: mark.securityNo,
    // What else was damaged beside the day that was noticed is not known.
    fromDay: repair ? FROM_INCEPTION : mark.fromDay,
    throughDay: repair ? null : mark.throughDay,
    transactional: !market && !repair,
    force: isOrder(mark.cause),
    repair,
    cause: mark.cause,
    position: mark.position,
  };
}

/** Adds a plan to those of its key. */
export function merge(plans: Map<string, KeyPlan>, plan: KeyPlan): void {
  const key = keyOf(plan);
  const before = plans.get(key);
  if (!before) {
    plans.set(key, plan);
    return;
  }
  const first = before.position <= plan.position ? before : plan;
  plans.set(key, {
    ...first,
    fromDay: Math.min(before.fromDay, plan.fromDay),
    throughDay:
      before.throughDay === null || plan.throughDay === null
        ? null
        : Math.max(before.throughDay, plan.throughDay),
    transactional: before.transactional || plan.transactional,
    force: before.force || plan.force,
    repair: before.repair && plan.repair,
  });
}

/**
 * Keys of one portfolio that reorganisations (spin-off, merger, exchange) tie together: lots move
 * between them, so they are folded as one, from inception. Every other key is alone.
 */
export function linkedGroups(
  keys: readonly number[],
  links: readonly (readonly [source: number, target: number])[],
): number[][] {
  const parent = new Map<number, number>();
  const root = (key: number): number => {
    let at = key;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  for (const key of keys) parent.set(key, key);
  for (const [source, target] of links) {
    if (!parent.has(source)) parent.set(source, source);
    if (!parent.has(target)) parent.set(target, target);
    parent.set(root(source), root(target));
  }
  const groups = new Map<number, number[]>();
  for (const key of parent.keys()) {
    const group = groups.get(root(key));
    if (group) group.push(key);
    else groups.set(root(key), [key]);
  }
  const wanted = new Set(keys);
  return [...groups.values()].filter((group) => group.some((key) => wanted.has(key)));
}

/**
 * The days to value: from the plan's first day (or the first day not made yet) to the horizon, or to
 * the day after the last one a market change can touch when no transaction lies in between, since
 * only then does the fold's state stay as it was.
 */
export function stretch(
  plan: KeyPlan,
  key: KeyRow,
  horizon: Day,
  firstEffectDay: Day | undefined,
  effectDays: (from: Day, through: Day) => boolean,
): { from: Day; to: Day } | undefined {
  const lower = Math.min(key.firstDay ?? Infinity, firstEffectDay ?? Infinity);
  const unmade = key.watermarkDay === null ? lower : key.watermarkDay + 1;
  const from = Math.max(Math.min(plan.fromDay, unmade), lower);
  if (from > horizon) return undefined;
  const upToDate = key.watermarkDay !== null && key.watermarkDay >= horizon;
  const short =
    upToDate &&
    plan.throughDay !== null &&
    plan.throughDay < horizon &&
    // From the plan's day even if the key's own days begin later: lots may have come from a tied key.
    !effectDays(plan.fromDay, plan.throughDay);
  return { from, to: short ? Math.min(plan.throughDay + 1, horizon) : horizon };
}

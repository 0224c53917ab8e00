/** A portfolio's days after only some of its keys' rows are made again: the differences added, as the fold adds them. */
import { addDays, EMPTY_DAY, subtractDays } from '../../domain/books/aggregate.ts';
import type { PortfolioDay } from '../../domain/books/model.ts';
import type { Day } from '../../domain/dates.ts';
import { parseContribution, parsePortfolioText, portfolioText } from '../fold/text.ts';
import type { PortfolioTexts } from './portfolio.ts';
import type { KeyRows } from './rows.ts';

export interface Patch {
  /** A key's rows before and after; days before the first one asked for stay as they are. */
  add(before: KeyRows, after: KeyRows): void;
  /** `whole`: the days as they would be with every key made again, for those that had no row. */
  apply(days: PortfolioTexts, whole: PortfolioTexts): PortfolioTexts;
}

export function createPatch(from: Day): Patch {
  const deltas = new Map<Day, PortfolioDay>();
  const blocked = new Set<Day>();

  function note(day: Day, before: string | undefined, after: string | undefined): void {
    if (day < from || before === after) return;
    let delta = deltas.get(day) ?? EMPTY_DAY;
    const [was, is] = [before, after].map((text) =>
      text === undefined ? EMPTY_DAY : parseContribution(text),
    );
    if (!is) blocked.add(day);
    if (is) delta = addDays(delta, is);
    if (was) delta = subtractDays(delta, was);
    deltas.set(day, delta);
  }

  return {
    add(before, after) {
      for (const [day, { series }] of before.days) note(day, series, after.days.get(day)?.series);
      for (const [day, { series }] of after.days) if (!before.days.has(day)) note(day, undefined, series);
    },
    apply(days, whole) {
      const patched = new Map(days);
      for (const [day, delta] of deltas) {
        const before = days.get(day);
        const after =
          before === undefined ? whole.get(day) : portfolioText(addDays(parsePortfolioText(before), delta));
        if (after === undefined || blocked.has(day)) patched.delete(day);
        else patched.set(day, after);
      }
      return patched;
    },
  };
}

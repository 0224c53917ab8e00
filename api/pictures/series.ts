/** The series of a picture of two histories: both values, and how far the returns have come apart. Pure. */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, multiply, subtract, toNumber } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { growthOver, linkDays } from '../../domain/returns/link.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';

/** A day and a value; `null` leaves a gap. */
export type Point = readonly [date: string, value: number | null];

export interface PictureSeries {
  readonly first: Day;
  readonly last: Day;
  readonly before: readonly Point[];
  readonly after: readonly Point[];
  /** The return since the opening of `first`, after less before, in basis points. */
  readonly difference: readonly Point[];
}

/** Days shown before the first one that changed, at least; more where a long time changed. */
const LEAD_DAYS = 7;
const LEAD_SHARE = 0.12;
const BASIS_POINTS = decimal(10_000);

/** @returns `undefined` when neither history has a day */
export function pictureSeries(
  before: readonly ReturnDay[],
  after: readonly ReturnDay[],
  firstChanged: Day | undefined,
): PictureSeries | undefined {
  const ends = [before, after].flatMap((days) => (days.length === 0 ? [] : [days[0]!.day, days.at(-1)!.day]));
  if (ends.length === 0) return undefined;
  const [inception, last] = [Math.min(...ends), Math.max(...ends)];
  const changed = firstChanged ?? inception;
  const lead = Math.max(LEAD_DAYS, Math.round((last - changed) * LEAD_SHARE));
  const first = Math.max(inception, changed - lead);
  const [old, fresh] = [growthSince(before, first), growthSince(after, first)];
  const days = [...new Set([...old.keys(), ...fresh.keys()])].sort((a, b) => a - b);
  return {
    first,
    last,
    before: values(before, first),
    after: values(after, first),
    difference: days.map((day) => {
      const [was, is] = [old.get(day), fresh.get(day)];
      return [isoDate(day), was && is ? toNumber(multiply(subtract(is, was), BASIS_POINTS)) : null];
    }),
  };
}

function values(days: readonly ReturnDay[], first: Day): Point[] {
  const points: Point[] = [];
  let before: Day | undefined;
  for (const { day, eodMarketValue } of days) {
    if (day < first) continue;
    if (before !== undefined && day > before + 1) points.push([isoDate(before + 1), null]);
    points.push([isoDate(day), toNumber(eodMarketValue)]);
    before = day;
  }
  return points;
}

/** What 1 at the opening of a day had become by the close of each; nothing once that cannot be said. */
function growthSince(days: readonly ReturnDay[], first: Day) {
  const start = days.findIndex(({ day }) => day >= first);
  const growth = new Map<Day, Decimal>();
  if (start < 0) return growth;
  const chain = linkDays(days, DEFAULT_RETURN_OPTIONS);
  const ends = [
    ...chain.undefinedRows.map(({ row }) => row).filter((row) => row >= start),
    ...chain.gapRows.filter((row) => row > start),
  ];
  const end = Math.min(days.length, ...ends);
  for (let row = start; row < end; row++) growth.set(days[row]!.day, growthOver(chain, start, row));
  return growth;
}

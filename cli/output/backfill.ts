/** Holes in bars, and what became of them, for people. */
import type { BackfillOutcome } from '../commands/backfill.ts';
import type { BackfillPlan } from '../../projections/market/backfill.ts';
import { DAY_MS } from '../../projections/market/provider.ts';
import { count, counted } from './format.ts';
import { table } from './table.ts';

const RANGES_SHOWN = 50;

function moment(ms: number, daily: boolean): string {
  const text = new Date(ms).toISOString();
  return daily ? text.slice(0, 10) : `${text.slice(0, 16)}Z`;
}

/** The holes of each symbol as ranges, the last bar included. */
export function holesText(plans: readonly BackfillPlan[]): string {
  return plans.map(holesOf).join('\n\n');
}

function holesOf({ request, exchange, expected, present, holes, knownAbsent, gaps }: BackfillPlan): string {
  const daily = request.interval === '1day';
  const head = `${request.symbol} on ${exchange}: ${count(present)} of ${counted(expected, 'bar')}, ${counted(holes, 'hole')}`;
  const known = knownAbsent === 0 ? '' : ` and ${count(knownAbsent)} that the provider has nothing for`;
  if (gaps.length === 0) return `${head}${known}.`;
  const shown = table(
    [{ title: 'from' }, { title: 'to' }, { title: 'holes', align: 'right' }],
    gaps
      .slice(0, RANGES_SHOWN)
      .map((range) => [
        moment(range.from, daily),
        moment(daily ? range.to - DAY_MS : range.to, daily),
        count(range.holes),
      ]),
  );
  const rest = gaps.length > RANGES_SHOWN ? `\n… and ${count(gaps.length - RANGES_SHOWN)} more ranges` : '';
  return `${head}${known}:\n${shown}${rest}`;
}

export function backfillText(outcomes: readonly BackfillOutcome[]): string {
  const failures = outcomes.flatMap(({ plan, error }) =>
    error === undefined ? [] : [`${plan.request.symbol}: ${error}`],
  );
  const shown = table(
    [
      { title: 'symbol' },
      { title: 'exchange' },
      { title: 'expected', align: 'right' },
      { title: 'were there', align: 'right' },
      { title: 'requests', align: 'right' },
      { title: 'stored', align: 'right' },
      { title: 'not to be had', align: 'right' },
      { title: 'bad', align: 'right' },
    ],
    outcomes.map(({ plan, requests, inserted, absent, bad }) => [
      plan.request.symbol,
      plan.exchange,
      count(plan.expected),
      count(plan.present),
      count(requests),
      count(inserted),
      count(plan.knownAbsent + absent),
      count(bad),
    ]),
  );
  return [shown, ...failures].join('\n');
}

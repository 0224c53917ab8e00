/** What the tables sum over positions' days, summed over a replay: value for value the same. */
import { gainOn, positionDay } from '../../domain/contribution/position-day.ts';
import type { DayRates, PositionDay } from '../../domain/contribution/position-day.ts';
import type { DayRow } from '../../domain/books/model.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { add, decimal, format, isZero, multiply, sum, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type {
  GainDay,
  HeldSecurityRow,
  UnmatchedMovementRow,
  PositionGainRow,
  PositionReads,
} from '../queries/position-reads.ts';
import type { FoldedKey } from './folded.ts';
import type { Replay } from './read-model.ts';
import { ratesOf, segmentDays } from './segment-days.ts';

type ReplayOf = (portfolioId: string) => Promise<Replay | undefined>;

export function replayedPositionReads(replayOf: ReplayOf): PositionReads {
  async function present(portfolioIds: readonly string[]): Promise<Replay[]> {
    const replays: Replay[] = [];
    for (const id of [...new Set(portfolioIds)].sort()) {
      const replay = await replayOf(id);
      if (replay) replays.push(replay);
    }
    return replays;
  }

  return {
    async positionGains(portfolioIds, days) {
      const factors = factorsByCurrency(days);
      return (await present(portfolioIds)).flatMap((replay) => {
        const own = factors.get(replay.folded.record.settings.base_currency) ?? new Map<Day, Factors>();
        return [...replay.folded.keys.values()].flatMap((key) => gainsOf(replay, key, own));
      });
    },
    async unmatchedMovements(portfolioIds, { from, to }) {
      const [first, last] = [
        from === undefined ? -Infinity : dayOf(from),
        to === undefined ? Infinity : dayOf(to),
      ];
      return (await present(portfolioIds)).flatMap((replay) => unmatched(replay, first, last));
    },
    async heldSecurities(portfolioIds) {
      return (await present(portfolioIds)).flatMap(held);
    },
    async segmentDays(members, days, currencyGains) {
      const ids = members.map((member) => member.portfolio_id);
      return segmentDays(await present(ids), members, days, currencyGains);
    },
  };
}

function held({ folded, securities }: Replay): HeldSecurityRow[] {
  const details = new Map(
    [...securities.values()].map((record) => [record.details.security_id, record.details]),
  );
  return [...folded.keys.keys()].map((securityId) => {
    const known = details.get(securityId)!;
    return {
      portfolio_id: folded.record.settings.portfolio_id,
      security_id: securityId,
      name: known.name ?? null,
      currency: known.currency,
      type: known.type,
      asset_class: known.asset_class ?? null,
      sector: known.sector ?? null,
      country: known.country ?? null,
    };
  });
}

interface Factors extends DayRates {
  readonly interval: number;
  readonly opens: boolean;
  readonly closes: boolean;
  readonly contribution: Decimal;
  readonly share: Decimal;
}

function factorsByCurrency(days: readonly GainDay[]): Map<string, Map<Day, Factors>> {
  const found = new Map<string, Map<Day, Factors>>();
  for (const day of days) {
    const ofCurrency = found.get(day.currency) ?? new Map<Day, Factors>();
    const { interval, opens, closes, contribution, share } = day;
    ofCurrency.set(dayOf(day.date), {
      ...ratesOf(day),
      interval,
      opens,
      closes,
      contribution: decimal(contribution),
      share: decimal(share),
    });
    found.set(day.currency, ofCurrency);
  }
  return found;
}

const AMOUNTS = ['gain', 'price', 'income', 'fees', 'taxes'] as const;
type Sums = Record<
  'opening' | 'closing' | 'share' | (typeof AMOUNTS)[number] | `linked_${(typeof AMOUNTS)[number]}`,
  Decimal
>;

function nothing(): Sums {
  return {
    opening: ZERO,
    closing: ZERO,
    gain: ZERO,
    price: ZERO,
    income: ZERO,
    fees: ZERO,
    taxes: ZERO,
    linked_gain: ZERO,
    linked_price: ZERO,
    linked_income: ZERO,
    linked_fees: ZERO,
    linked_taxes: ZERO,
    share: ZERO,
  };
}

function gainsOf({ folded }: Replay, key: FoldedKey, factors: ReadonlyMap<Day, Factors>): PositionGainRow[] {
  const intervals = new Map<number, Sums>();
  for (const row of key.rows) {
    const of = factors.get(row.day);
    const position = of && positionDay(row);
    if (!of || !position) continue;
    const sums = intervals.get(of.interval) ?? nothing();
    intervals.set(of.interval, sums);
    const amounts = amountsOf(position, of);
    if (of.opens) sums.opening = add(sums.opening, amounts.opening);
    if (of.closes) sums.closing = add(sums.closing, amounts.closing);
    sums.share = add(sums.share, multiply(amounts.opening, of.share));
    for (const name of AMOUNTS) {
      sums[name] = add(sums[name], amounts[name]);
      const linked = `linked_${name}` as const;
      sums[linked] = add(sums[linked], multiply(amounts[name], of.contribution));
    }
  }
  return [...intervals]
    .sort(([a], [b]) => a - b)
    .map(([interval, sums]) => ({
      portfolio_id: folded.record.settings.portfolio_id,
      security_id: key.details.securityId,
      interval,
      opening: format(sums.opening),
      closing: format(sums.closing),
      gain: format(sums.gain),
      price: format(sums.price),
      income: format(sums.income),
      fees: format(sums.fees),
      taxes: format(sums.taxes),
      linked_gain: format(sums.linked_gain),
      linked_price: format(sums.linked_price),
      linked_income: format(sums.linked_income),
      linked_fees: format(sums.linked_fees),
      linked_taxes: format(sums.linked_taxes),
      share: format(sums.share),
    }));
}

/** In the report's currency. */
function amountsOf(position: PositionDay, rates: DayRates) {
  const atClose = (amount: Decimal) => multiply(amount, rates.closing);
  return {
    opening: multiply(position.opening, rates.opening),
    closing: atClose(position.closing),
    gain: gainOn(position, rates),
    price: atClose(position.price),
    income: atClose(position.income),
    fees: atClose(position.fees),
    taxes: atClose(position.taxes),
  };
}

function unmatched({ folded }: Replay, first: Day, last: Day): UnmatchedMovementRow[] {
  const { settings } = folded.record;
  if (settings.cash !== 'derived') return [];
  const days = new Map<Day, { readonly key: FoldedKey; readonly amount: Decimal }[]>();
  for (const key of folded.keys.values())
    for (const row of key.rows) {
      if (row.day < first || row.day > last || !moves(row)) continue;
      const amount = multiply(internalFlow(row), row.fxRate ?? ZERO);
      const ofDay = days.get(row.day);
      if (ofDay) ofDay.push({ key, amount });
      else days.set(row.day, [{ key, amount }]);
    }
  return [...days]
    .filter(([, moved]) => !isZero(sum(moved.map(({ amount }) => amount))))
    .sort(([a], [b]) => a - b)
    .flatMap(([day, moved]) =>
      moved.flatMap(({ key, amount }) =>
        isZero(amount)
          ? []
          : {
              portfolio_id: settings.portfolio_id,
              date: isoDate(day),
              security_id: key.details.securityId,
              currency: key.details.currency,
              amount: format(amount),
            },
      ),
    );
}

function moves({ bodFlow, eodFlow }: DayRow): boolean {
  return bodFlow !== null && eodFlow !== null && !(isZero(bodFlow) && isZero(eodFlow));
}

function internalFlow({ bodFlow, eodFlow, bodExternal, eodExternal }: DayRow): Decimal {
  const outside = add(bodExternal ?? ZERO, eodExternal ?? ZERO);
  return add(add(bodFlow ?? ZERO, eodFlow ?? ZERO), multiply(outside, decimal(-1)));
}

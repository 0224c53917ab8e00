/** What a fold of the golden log comes to: checksums to compare by, and figures for people to look at. */
import { isoDate } from '../../domain/dates.ts';
import { add, format, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { PortfolioDay } from '../../domain/books/model.ts';
import { checksumText, keyChecksum, portfolioChecksum } from '../../projections/verify/checksums.ts';
import { createFactsCollector } from '../../projections/replay/facts.ts';
import { createReplayer } from '../../projections/replay/replay.ts';
import type { ReplayedKey } from '../../projections/replay/replay.ts';
import type { StoredEvent } from '../../domain/log.ts';

/** Checksums by portfolio and, after a slash, by key. */
export type Checksums = Readonly<Record<string, string>>;

export interface Figures {
  readonly checksums: Checksums;
  readonly figures: Readonly<Record<string, Readonly<Record<string, string | number | null>>>>;
  /** Why each transaction that waits cannot be applied. */
  readonly pending: Readonly<Record<string, string>>;
}

/** Folds the events in memory, handed over in batches. */
export function foldInMemory(events: readonly StoredEvent[], batch = events.length): Figures {
  const collector = createFactsCollector();
  for (let from = 0; from < events.length; from += batch) collector.add(events.slice(from, from + batch));
  const facts = collector.facts(events.length);
  const replayer = createReplayer(facts);
  const checksums: Record<string, string> = {};
  const figures: Record<string, Record<string, string | number | null>> = {};
  const pending: Record<string, string> = {};
  for (const [portfolioId, record] of [...facts.known.portfolios].sort(byName)) {
    const replay = replayer.portfolio(record);
    let next = replay.next();
    for (; !next.done; next = replay.next()) {
      const place = `${portfolioId}/${next.value.details.securityId}`;
      checksums[place] = checksumText(keyChecksum(next.value));
      figures[place] = keyFigures(next.value);
      for (const { transactionId, reason } of next.value.pending) pending[transactionId] = reason;
    }
    checksums[portfolioId] = checksumText(portfolioChecksum(next.value.days));
    figures[portfolioId] = portfolioFigures([...next.value.days]);
  }
  return { checksums: sorted(checksums), figures: sorted(figures), pending: sorted(pending) };
}

function keyFigures({ details, rows, effects }: ReplayedKey): Record<string, string | number | null> {
  const last = rows.at(-1);
  const text = (value: Decimal | null | undefined) => (value ? format(value) : null);
  return {
    currency: details.currency,
    transactions: effects.length,
    days: rows.length,
    last_day: last ? isoDate(last.day) : null,
    quantity: text(last?.quantity),
    cost: text(last?.cost),
    market_value: text(last?.eodMarketValue),
    realized_gain_base: text(last?.realized),
    status: last?.status ?? null,
  };
}

function portfolioFigures(
  days: readonly (readonly [number, PortfolioDay])[],
): Record<string, string | number | null> {
  const last = days.at(-1);
  const total = (of: (day: PortfolioDay) => Decimal) =>
    format(days.reduce((sum, [, row]) => add(sum, of(row)), ZERO));
  return {
    first_day: days[0] ? isoDate(days[0][0]) : null,
    last_day: last ? isoDate(last[0]) : null,
    complete_days: days.length,
    market_value: last ? format(last[1].eodMarketValue) : null,
    cost: last ? format(last[1].cost) : null,
    paid_in: total((row) => row.bodCashflow),
    paid_out: total((row) => row.eodCashflow),
    income: total((row) => row.income),
    fees: total((row) => row.fees),
    taxes: total((row) => row.taxes),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(byName));
}

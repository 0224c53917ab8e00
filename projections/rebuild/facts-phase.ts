/**
 * Reads the log up to a position and hands its facts on, resolved, without keeping them: memory grows with
 * the portfolios, the securities and what was amended, not with the log.
 */
import type { Day } from '../../domain/dates.ts';
import type { EventLog, StoredEvent } from '../../domain/log.ts';
import { emptyKnown } from '../register/drive.ts';
import type { Rejected, RegisterChanges } from '../register/model.ts';
import { createRegister } from '../register/register.ts';
import type { FactsWriter } from './store.ts';

/** Events read at a time: few while each of them holds years of prices, more while they hold little. */
const PAGE = { least: 64, most: 2_048 };
/** Dated values in a page from which on the next one is smaller, and below which it is larger. */
const PAGE_VALUES = { many: 60_000, few: 15_000 };

/** @returns the events read */
export async function streamFacts(
  log: Pick<EventLog, 'readFeed'>,
  upTo: number,
  writer: FactsWriter,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  // Only what a later event changes has to be kept until the end.
  const amended = await amendedTransactions(log, upTo);
  const known = emptyKnown();
  const register = createRegister(known);
  const keys = new Map<number, Set<number>>();
  const days = createDays();
  const laterPrices = new Map<string, RegisterChanges['prices'][number]>();
  const fxRates = new Map<string, RegisterChanges['fxRates'][number]>();
  const splits = new Map<string, RegisterChanges['splits'][number]>();
  const businessDays = new Set<Day>();
  const rejected: Rejected[] = [];
  let read = 0;

  for await (const events of pages(log, upTo)) {
    for (const event of events) register.apply(event);
    const changes = register.drain();
    for (const record of changes.transactions) {
      const id = record.fields.transaction_id;
      if (amended.has(id)) continue;
      known.transactions.delete(id);
      const waits = writer.transaction(record);
      if (waits) await waits;
    }
    for (const [portfolioNo, securityNo] of changes.keys) {
      const own = keys.get(portfolioNo);
      if (own) own.add(securityNo);
      else keys.set(portfolioNo, new Set([securityNo]));
    }
    for (const price of changes.prices) {
      if (days.add(price.securityNo, price.day)) {
        const waits = writer.price(price.securityNo, price.day, price.price);
        if (waits) await waits;
      } else laterPrices.set(`${price.securityNo}/${price.day}`, price);
    }
    for (const rate of changes.fxRates) fxRates.set(`${rate.from}/${rate.to}/${rate.day}`, rate);
    for (const split of changes.splits) splits.set(`${split.securityNo}/${split.date}`, split);
    for (const day of changes.businessDays) businessDays.add(day);
    rejected.push(...changes.rejected);
    read += events.length;
    onProgress(events.at(-1)!.position, upTo);
  }
  await writer.finish({
    portfolios: [...known.portfolios.values()],
    securities: [...known.securities.values()],
    transactions: [...known.transactions.values()],
    keys: [...keys].flatMap(([portfolioNo, own]) =>
      [...own].map((securityNo) => [portfolioNo, securityNo] as const),
    ),
    splits: [...splits.values()],
    prices: [...laterPrices.values()],
    fxRates: [...fxRates.values()],
    businessDays: [...businessDays],
    rejected,
  });
  return read;
}

async function amendedTransactions(log: Pick<EventLog, 'readFeed'>, upTo: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const events of pages(log, upTo, ['TransactionCorrected', 'TransactionCancelled']))
    for (const { data } of events) if ('transaction_id' in data) ids.add(data.transaction_id);
  return ids;
}

function valuesIn(events: readonly StoredEvent[]): number {
  return events.reduce(
    (sum, { data }) =>
      sum + ('prices' in data ? data.prices.length : 'rates' in data ? data.rates.length : 0),
    0,
  );
}

/** The next page is on its way while one is taken in. */
async function* pages(
  log: Pick<EventLog, 'readFeed'>,
  upTo: number,
  types?: readonly StoredEvent['type'][],
): AsyncGenerator<readonly StoredEvent[]> {
  let size = PAGE.least;
  const read = (after: number) => {
    const page = log.readFeed(after, size, { upTo, ...(types ? { types } : {}) });
    // Awaited below; a failure must not count as unhandled until then.
    page.catch(() => undefined);
    return page;
  };
  for (let page = read(0); ;) {
    const events = await page;
    const last = events.at(-1);
    if (!last) return;
    const more = events.length === size && last.position < upTo;
    const values = valuesIn(events);
    if (values > PAGE_VALUES.many) size = Math.max(PAGE.least, size / 2);
    else if (values < PAGE_VALUES.few) size = Math.min(PAGE.most, size * 2);
    if (more) page = read(last.position);
    yield events;
    if (!more) return;
  }
}

/** Which days of each security have been seen: a bit for each, as ten years of closes are few bytes then. */
function createDays() {
  const seen = new Map<number, Map<number, number>>();
  return {
    /** Whether the day is new. */
    add(securityNo: number, day: Day): boolean {
      const words = seen.get(securityNo) ?? new Map<number, number>();
      seen.set(securityNo, words);
      const [word, bit] = [day >> 5, 1 << (day & 31)];
      const bits = words.get(word) ?? 0;
      if (bits & bit) return false;
      words.set(word, bits | bit);
      return true;
    },
  };
}

/** The good rows of an import, by command, before the log is asked about anything. */
import type { Parsed } from '../parsed.ts';
import type { Commands } from '../schemas/commands.ts';
import type { ImportCommand } from './kinds.ts';
import { parsers } from '../schemas/commands.ts';
import type { ProblemList, RowRef } from './problems.ts';
import type { SourceRow } from './rows.ts';

export interface Entry<T> {
  readonly ref: RowRef;
  readonly command: T;
  readonly ifUnknown: boolean;
}

/** The values of one security or currency pair, by date. */
export interface Series {
  readonly first: RowRef;
  readonly currency?: string;
  readonly values: Map<string, readonly [value: string, ref: RowRef]>;
}

type Listed = Exclude<ImportCommand, 'prices' | 'fx-rates'>;

type Lists = { readonly [N in Listed]: Entry<Commands[N]>[] };

export interface Draft {
  readonly lists: Lists;
  readonly prices: Map<string, Series>;
  /** By `FROM/TO`. */
  readonly fxRates: Map<string, Series>;
  /** The currency first named with a security, in a price or a transaction. */
  readonly currencies: Map<string, string>;
  /** Securities that are moved as cash is. */
  readonly cash: Set<string>;
  /** Rows read without fault, repeats included. */
  readonly rows: Map<ImportCommand, number>;
  /** Rows that say what an earlier row of the import says. */
  readonly repeats: Map<ImportCommand, number>;
}

export function createDraft(): Draft {
  return {
    lists: {
      portfolios: [],
      'portfolio-closures': [],
      securities: [],
      splits: [],
      transactions: [],
      corrections: [],
      cancellations: [],
      'business-dates': [],
    },
    prices: new Map(),
    fxRates: new Map(),
    currencies: new Map(),
    cash: new Set(),
    rows: new Map(),
    repeats: new Map(),
  };
}

export function count(counts: Map<ImportCommand, number>, command: ImportCommand, by = 1): void {
  counts.set(command, (counts.get(command) ?? 0) + by);
}

/** Reads rows into a draft; what is wrong with a row goes to the problems. */
export function createDrafting(draft: Draft, problems: ProblemList) {
  const texts = new Map<string, string>();
  /** Dates and identifiers come over and over: one copy of each is kept. */
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size < 200_000) texts.set(text, text);
    return text;
  };

  function parse<N extends ImportCommand>(name: N, row: SourceRow, ref: RowRef): Commands[N] | undefined {
    if (!row.value.ok) return undefined;
    const parser: (input: unknown) => Parsed<Commands[N]> = parsers[name];
    const parsed = parser(row.value.value);
    if (parsed.ok) {
      count(draft.rows, name);
      return parsed.value;
    }
    problems.add(ref, parsed.errors);
    return undefined;
  }

  function list<N extends Listed>(name: N, row: SourceRow, ref: RowRef): Commands[N] | undefined {
    const command = parse(name, row, ref);
    const entries: Lists[N] = draft.lists[name];
    if (command) entries.push({ ref, command, ifUnknown: row.ifUnknown ?? false });
    return command;
  }

  function addValue(
    command: 'prices' | 'fx-rates',
    name: string,
    [date, value]: readonly [string, string],
    ref: RowRef,
    currency?: string,
  ): void {
    const all = command === 'prices' ? draft.prices : draft.fxRates;
    let series = all.get(name);
    if (!series) {
      series = { first: ref, values: new Map(), ...(currency === undefined ? {} : { currency }) };
      all.set(name, series);
    }
    if (currency !== undefined && series.currency !== undefined && currency !== series.currency) {
      const message = `${problems.nameOf(series.first)} gives it in ${series.currency}`;
      problems.add(ref, [{ field: 'currency', rule: 'currency_mismatch', message }]);
      return;
    }
    const known = series.values.get(date);
    if (!known) series.values.set(shared(date), [value, ref]);
    else if (known[0] === value) count(draft.repeats, command);
    else {
      const message = `${problems.nameOf(known[1])} gives ${known[0]} for ${date}`;
      problems.add(ref, [{ field: command === 'prices' ? 'price' : 'rate', rule: 'conflict', message }]);
    }
  }

  const mention = (securityId: string, currency: string | undefined) => {
    if (currency !== undefined && !draft.currencies.has(securityId))
      draft.currencies.set(securityId, currency);
  };

  return function add(row: SourceRow, ref: RowRef): void {
    if (!row.value.ok || !row.command) {
      problems.add(ref, row.value.ok ? [] : row.value.errors);
      return;
    }
    switch (row.command) {
      case 'prices': {
        const price = parse(row.command, row, ref);
        if (!price) return;
        mention(price.security_id, price.currency);
        addValue(row.command, shared(price.security_id), [price.date, price.price], ref, price.currency);
        return;
      }
      case 'fx-rates': {
        const rate = parse(row.command, row, ref);
        if (!rate) return;
        const pair = `${rate.from_currency}/${rate.to_currency}`;
        addValue(row.command, pair, [rate.date, rate.rate], ref);
        return;
      }
      case 'transactions': {
        const transaction = list(row.command, row, ref);
        if (!transaction) return;
        const { security_id, transaction_type: type } = transaction;
        mention(security_id, transaction.currency ?? transaction.trade_currency);
        if (type === 'DEPOSIT' || type === 'WITHDRAWAL') draft.cash.add(security_id);
        return;
      }
      default:
        list(row.command, row, ref);
    }
  };
}

/** The write side as one function: parse, load, decide, append, for streams of items of any command. */
import { streams } from '../../domain/events.ts';
import type { AdvanceBusinessDate } from '../schemas/market.ts';
import { decideBusinessDate, evolveCalendar, initialCalendar } from '../deciders/calendar.ts';
import type { CalendarState } from '../deciders/calendar.ts';
import type { Parsed } from '../parsed.ts';
import type { CommandName, Commands } from '../schemas/commands.ts';
import { parsers } from '../schemas/commands.ts';
import { cancelTransaction, correctTransaction } from './amend.ts';
import { alreadyDone, decideOnStream } from './appending.ts';
import type { Placed } from './dated-values.ts';
import { recordFxRates, recordPrices } from './dated-values.ts';
import { defineBenchmark, defineGroup, removeBenchmark, removeGroup } from './definitions.ts';
import { inChunks, inOrder } from './in-order.ts';
import { createLinks } from './keys.ts';
import { refusalOf } from './ownership.ts';
import { closePortfolio, openPortfolio } from './portfolios.ts';
import { recordTransaction } from './record.ts';
import type { Request } from './request.ts';
import { createRequest } from './request.ts';
import type { Outcome } from './results.ts';
import { collect, invalidItem, itemId, itemResult } from './results.ts';
import { announceSplit, registerSecurity } from './securities.ts';
import { defineSeries, recordSeriesValues } from './series.ts';
import type { BatchResult, CommandContext, CommandDependencies, ItemResult, RawItems } from './types.ts';

export interface CommandHandler {
  /**
   * Works through the items and yields their results in the same order, with the memory of a few
   * hundred of them. Rejects only when the log fails; what was yielded before is done.
   */
  stream(name: CommandName, items: RawItems, context: CommandContext): AsyncGenerator<ItemResult>;
  /** The same, with all results at once. */
  run(name: CommandName, items: RawItems, context: CommandContext): Promise<BatchResult>;
}

/** Items in hand at once: enough to fill the log's group commits. */
const WINDOW = 256;
/** Dated values looked at together, so that they share events. */
const CHUNK = 5_000;

/** The fields that make up the name of an item in its result. */
const ID_FIELDS: { readonly [N in CommandName]: readonly (keyof Commands[N] & string)[] } = {
  portfolios: ['portfolio_id'],
  'portfolio-closures': ['portfolio_id'],
  securities: ['security_id'],
  splits: ['security_id', 'date'],
  'fx-rates': ['from_currency', 'to_currency', 'date'],
  prices: ['security_id', 'date'],
  transactions: ['transaction_id'],
  corrections: ['transaction_id'],
  cancellations: ['transaction_id'],
  'business-dates': ['date'],
  groups: ['group_id'],
  'group-removals': ['group_id'],
  benchmarks: ['benchmark_id'],
  'benchmark-removals': ['benchmark_id'],
  series: ['series_id'],
  'series-values': ['series_id', 'date'],
};

function advanceBusinessDate(
  request: Request,
  command: AdvanceBusinessDate,
  index: number,
): Promise<Outcome> {
  const { dependencies, context } = request;
  const today = dependencies.clock().slice(0, 10);
  return decideOnStream(
    dependencies,
    streams.calendar,
    (events) =>
      decideBusinessDate(
        { ...command, today },
        events.reduce<CalendarState>(evolveCalendar, initialCalendar()),
      ),
    context,
    index,
  );
}

/** An item that was read: its command, or what is wrong with it. */
interface Item<N extends CommandName> {
  readonly id: string;
  readonly index: number;
  readonly parsed: Parsed<Commands[N]>;
}

async function* parseItems<N extends CommandName>(name: N, items: RawItems): AsyncGenerator<Item<N>> {
  let index = 0;
  for await (const raw of items) {
    const parse: (input: unknown) => Parsed<Commands[N]> = parsers[name];
    yield {
      id: itemId(raw, ID_FIELDS[name], index),
      index,
      parsed: raw.ok ? parse(raw.value) : raw,
    };
    index += 1;
  }
}

type Work<N extends CommandName> = (
  request: Request,
  command: Commands[N],
  index: number,
) => Promise<Outcome>;

/** Items one by one, side by side where they share none of `keys`. */
async function* oneByOne<N extends CommandName>(
  request: Request,
  name: N,
  items: RawItems,
  work: Work<N>,
  keys: (command: Commands[N]) => readonly string[],
): AsyncGenerator<ItemResult> {
  yield* inOrder(
    parseItems(name, items),
    async ({ id, index, parsed }) => {
      if (!parsed.ok) return invalidItem(id, parsed.errors);
      const refused = refusalOf(request.context, name, parsed.value);
      if (refused) return itemResult(id, refused);
      const done = await alreadyDone(request.dependencies.log, request.context, index);
      return itemResult(id, done ?? (await work(request, parsed.value, index)));
    },
    { keys: ({ parsed }) => (parsed.ok ? keys(parsed.value) : []), window: WINDOW },
  );
}

async function* inGroups<N extends CommandName>(
  request: Request,
  name: N,
  items: RawItems,
  work: (request: Request, items: readonly Placed<Commands[N]>[]) => Promise<Outcome[]>,
): AsyncGenerator<ItemResult> {
  for await (const chunk of inChunks(parseItems(name, items), CHUNK)) {
    const results = new Map<number, ItemResult>();
    const placed: (Placed<Commands[N]> & { readonly id: string })[] = [];
    for (const { id, index, parsed } of chunk) {
      if (parsed.ok) placed.push({ id, index, command: parsed.value });
      else results.set(index, invalidItem(id, parsed.errors));
    }
    const outcomes = await work(request, placed);
    placed.forEach(({ id, index }, i) => results.set(index, itemResult(id, outcomes[i]!)));
    for (const { index } of chunk) yield results.get(index)!;
  }
}

function dispatch(request: Request, name: CommandName, items: RawItems): AsyncGenerator<ItemResult> {
  switch (name) {
    case 'portfolios':
      return oneByOne(request, name, items, openPortfolio, (each) => [each.portfolio_id]);
    case 'portfolio-closures':
      return oneByOne(request, name, items, closePortfolio, (each) => [each.portfolio_id]);
    case 'securities':
      return oneByOne(request, name, items, registerSecurity, (each) => [each.security_id]);
    case 'splits':
      return oneByOne(request, name, items, announceSplit, (each) => [each.security_id]);
    case 'transactions':
      return oneByOne(request, name, items, recordTransaction, (each) =>
        [each.security_id, each.target_security_id ?? each.security_id].map(
          (securityId) => `${each.portfolio_id} ${securityId}`,
        ),
      );
    case 'corrections':
      return oneByOne(request, name, items, correctTransaction, (each) => [each.transaction_id]);
    case 'cancellations':
      return oneByOne(request, name, items, cancelTransaction, (each) => [each.transaction_id]);
    case 'business-dates':
      return oneByOne(request, name, items, advanceBusinessDate, () => [streams.calendar]);
    case 'prices':
      return inGroups(request, name, items, recordPrices);
    case 'fx-rates':
      return inGroups(request, name, items, recordFxRates);
    case 'groups':
      return oneByOne(request, name, items, defineGroup, (each) => [each.group_id]);
    case 'group-removals':
      return oneByOne(request, name, items, removeGroup, (each) => [each.group_id]);
    case 'benchmarks':
      return oneByOne(request, name, items, defineBenchmark, (each) => [each.benchmark_id]);
    case 'benchmark-removals':
      return oneByOne(request, name, items, removeBenchmark, (each) => [each.benchmark_id]);
    case 'series':
      return oneByOne(request, name, items, defineSeries, (each) => [each.series_id]);
    case 'series-values':
      return inGroups(request, name, items, recordSeriesValues);
    default: {
      const never: never = name;
      return never;
    }
  }
}

/** The write side over a log. */
export function createCommandHandler(dependencies: CommandDependencies): CommandHandler {
  const links = createLinks(dependencies.linkedSecurities);
  const stream: CommandHandler['stream'] = (name, items, context) =>
    dispatch(createRequest(dependencies, context, links), name, items);
  return {
    stream,
    run: (name, items, context) => collect(stream(name, items, context)),
  };
}

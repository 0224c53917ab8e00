/** Whose rows a command changes, so that its caller need not wait for what is folded for others. */
import type { CommandName } from '../../commands/schemas/commands.ts';
import type { Parsed } from '../../commands/parsed.ts';
import type { ProjectionWaiter } from '../ports.ts';

/**
 * The portfolios that what was recorded up to a position touches; `undefined` when it may be any. Asked when
 * all items have been read.
 */
export type Touched = (position: number) => Promise<readonly string[] | undefined>;

/** Commands whose items name the one portfolio that they touch. */
const OF_A_PORTFOLIO: ReadonlySet<CommandName> = new Set([
  'portfolios',
  'transactions',
  'portfolio-closures',
]);
/** Commands on a transaction, which is known by its event. */
const OF_A_TRANSACTION: ReadonlySet<CommandName> = new Set(['corrections', 'cancellations']);

export interface TouchedPortfolios {
  /** Notes what an item names and hands it on. */
  note<Item>(item: Item): Item;
  readonly touched?: Touched;
}

export function touchedBy(
  command: CommandName,
  projections: Pick<ProjectionWaiter, 'portfolioAt'>,
): TouchedPortfolios {
  if (OF_A_TRANSACTION.has(command))
    return {
      note: (item) => item,
      async touched(position) {
        const portfolioId = await projections.portfolioAt(position);
        return portfolioId === undefined ? undefined : [portfolioId];
      },
    };
  if (!OF_A_PORTFOLIO.has(command)) return { note: (item) => item };
  const ids = new Set<string>();
  return {
    note(item) {
      const id: unknown = typeof item === 'object' && item !== null && Reflect.get(item, 'portfolio_id');
      if (typeof id === 'string') ids.add(id);
      return item;
    },
    touched: () => Promise.resolve([...ids]),
  };
}

/** Notes the items of a stream as they pass. */
export async function* noting(
  items: AsyncIterable<Parsed<unknown>>,
  { note }: TouchedPortfolios,
): AsyncGenerator<Parsed<unknown>> {
  for await (const item of items) {
    if (item.ok) note(item.value);
    yield item;
  }
}

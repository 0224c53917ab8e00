/** Which command a row is, told by the names of its fields. */
import type { CommandName } from '../schemas/commands.ts';

/** What files may hold: the facts of the books. What they are looked at by is defined over HTTP. */
export type ImportCommand = Exclude<
  CommandName,
  'groups' | 'group-removals' | 'benchmarks' | 'benchmark-removals' | 'series' | 'series-values'
>;

export const IMPORT_COMMANDS: readonly ImportCommand[] = [
  'portfolios',
  'portfolio-closures',
  'securities',
  'splits',
  'fx-rates',
  'prices',
  'transactions',
  'corrections',
  'cancellations',
  'business-dates',
];

/** Names people have for a field, and ours. */
export const ALIASES: Readonly<Record<string, string>> = { close: 'price' };

/** The command that has these fields; `undefined` when none is recognised. */
export function commandOf(names: Iterable<string>): ImportCommand | undefined {
  const fields = new Set(names);
  const has = (...any: readonly string[]) => any.some((name) => fields.has(name));
  if (has('reason')) return fields.size > 2 ? 'corrections' : 'cancellations';
  if (has('transaction_id', 'transaction_type')) return 'transactions';
  if (has('base_currency')) return 'portfolios';
  if (has('from_currency', 'to_currency')) return 'fx-rates';
  if (has('ratio', 'prices_adjusted')) return 'splits';
  if (has('price', 'close')) return 'prices';
  if (has('security_id')) return 'securities';
  if (has('portfolio_id')) return 'portfolio-closures';
  return has('date') ? 'business-dates' : undefined;
}

export const UNKNOWN_COMMAND = 'the fields are those of no command: see the contract for their names';

export function isImportCommand(name: string): name is ImportCommand {
  return IMPORT_COMMANDS.some((command) => command === name);
}

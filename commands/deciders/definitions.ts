/** Groups and benchmarks: defined, defined anew, removed. */
import type { BenchmarkDetails, DomainEvent, GroupDetails } from '../../domain/events.ts';
import type { FieldError } from '../parsed.ts';
import type { DefineBenchmark, DefineGroup } from '../schemas/definitions.ts';
import { defined } from './changes.ts';
import type { Decision } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';

/** The definition that stands; absent before the first, and after a removal. */
export interface DefinitionState<Details> {
  readonly details?: Details;
}

export type GroupState = DefinitionState<GroupDetails>;
export type BenchmarkState = DefinitionState<BenchmarkDetails>;

export function initialDefinition<Details>(): DefinitionState<Details> {
  return {};
}

export function evolveGroup(state: GroupState, event: DomainEvent): GroupState {
  if (event.type === 'GroupDefined') return { details: event.data };
  return event.type === 'GroupRemoved' ? {} : state;
}

export function evolveBenchmark(state: BenchmarkState, event: DomainEvent): BenchmarkState {
  if (event.type === 'BenchmarkDefined') return { details: event.data };
  return event.type === 'BenchmarkRemoved' ? {} : state;
}

export function isSame(a: object | undefined, b: object): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

/** A group with what is known of its portfolios: their base currencies, `undefined` of one there is not. */
export interface DefineGroupOf {
  readonly command: DefineGroup;
  readonly currencies: ReadonlyMap<string, string | undefined>;
}

export function decideDefineGroup({ command, currencies }: DefineGroupOf, state: GroupState): Decision {
  const unknown = command.portfolio_ids.flatMap((portfolioId, i): FieldError[] =>
    currencies.get(portfolioId) === undefined
      ? [
          {
            field: `portfolio_ids.${i}`,
            rule: 'not_found',
            message: `there is no portfolio ${portfolioId}`,
          },
        ]
      : [],
  );
  if (unknown.length > 0) return refuse('not_found', ...unknown);
  const bases = new Set(currencies.values());
  const [base] = bases;
  const currency = command.currency ?? (bases.size === 1 ? base : undefined);
  if (currency === undefined)
    return refuse('invalid', {
      field: 'currency',
      rule: 'required',
      message: 'is required, since the portfolios have different base currencies',
    });
  const { group_id, name, portfolio_ids } = command;
  const details: GroupDetails = defined({ group_id, name, currency, portfolio_ids });
  return isSame(state.details, details) ? NOTHING_NEW : decided({ type: 'GroupDefined', data: details });
}

export function decideRemoveGroup({ group_id }: { readonly group_id: string }, state: GroupState): Decision {
  if (!state.details) return nothingOf('group', group_id);
  return decided({ type: 'GroupRemoved', data: { group_id } });
}

function nothingOf(what: 'group' | 'benchmark', id: string): Decision {
  return refuse('not_found', {
    field: `${what}_id`,
    rule: 'not_found',
    message: `there is no ${what} ${id}`,
  });
}

/** A benchmark with what is wrong with the securities and series it names. */
export interface DefineBenchmarkOf {
  readonly command: DefineBenchmark;
  readonly unknown: readonly FieldError[];
  readonly unfit: readonly FieldError[];
}

export function decideDefineBenchmark(
  { command, unknown, unfit }: DefineBenchmarkOf,
  state: BenchmarkState,
): Decision {
  if (unknown.length > 0) return refuse('not_found', ...unknown);
  if (unfit.length > 0) return refuse('invalid', ...unfit);
  const { benchmark_id, name, currency, rebalancing = 'monthly' } = command;
  const components = command.components.map((component) => defined(component));
  const details: BenchmarkDetails = defined({ benchmark_id, name, currency, rebalancing, components });
  return isSame(state.details, details) ? NOTHING_NEW : decided({ type: 'BenchmarkDefined', data: details });
}

export function decideRemoveBenchmark(
  { benchmark_id }: { readonly benchmark_id: string },
  state: BenchmarkState,
): Decision {
  if (!state.details) return nothingOf('benchmark', benchmark_id);
  return decided({ type: 'BenchmarkRemoved', data: { benchmark_id } });
}

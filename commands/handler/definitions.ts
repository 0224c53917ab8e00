/** Groups and benchmarks, with a look at what they name. */
import type { BenchmarkDetails, GroupDetails } from '../../domain/events.ts';
import { cashCurrency, streams } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import type { FieldError } from '../parsed.ts';
import {
  decideDefineBenchmark,
  decideDefineGroup,
  decideRemoveBenchmark,
  decideRemoveGroup,
  evolveBenchmark,
  evolveGroup,
  initialDefinition,
} from '../deciders/definitions.ts';
import type { BenchmarkState, GroupState } from '../deciders/definitions.ts';
import { unknownSeries } from '../deciders/series.ts';
import { unknownSecurity } from '../deciders/security.ts';
import type { DefineBenchmark, DefineGroup, RemoveBenchmark, RemoveGroup } from '../schemas/definitions.ts';
import { decideOnStream } from './appending.ts';
import { inOrder } from './in-order.ts';
import { isForeign } from './ownership.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import { loadSeries } from './series.ts';

/** Portfolios, securities and series of one command looked up side by side. */
const LOOKUPS_AT_ONCE = 32;

async function lookUp<T, R>(names: readonly T[], look: (name: T, index: number) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for await (const each of inOrder(names, look, { keys: () => [], window: LOOKUPS_AT_ONCE }))
    found.push(each);
  return found;
}

function groupOf(events: readonly StoredEvent[]): GroupState {
  return events.reduce<GroupState>(evolveGroup, initialDefinition<GroupDetails>());
}

function benchmarkOf(events: readonly StoredEvent[]): BenchmarkState {
  return events.reduce<BenchmarkState>(evolveBenchmark, initialDefinition<BenchmarkDetails>());
}

export async function defineGroup(request: Request, command: DefineGroup, index: number): Promise<Outcome> {
  const known = await lookUp(command.portfolio_ids, async (portfolioId) => {
    if (isForeign(request.context, portfolioId)) return [portfolioId, undefined] as const;
    const { settings } = await request.lookups.portfolio(portfolioId);
    return [portfolioId, settings?.base_currency] as const;
  });
  const asked = { command, currencies: new Map(known) };
  return decideOnStream(
    request.dependencies,
    streams.group(command.group_id),
    (events) => decideDefineGroup(asked, groupOf(events)),
    request.context,
    index,
  );
}

export function removeGroup(request: Request, command: RemoveGroup, index: number): Promise<Outcome> {
  return decideOnStream(
    request.dependencies,
    streams.group(command.group_id),
    (events) => decideRemoveGroup(command, groupOf(events)),
    request.context,
    index,
  );
}

type Component = DefineBenchmark['components'][number];

interface Faults {
  readonly unknown: readonly FieldError[];
  readonly unfit: readonly FieldError[];
}

async function faultsOf(request: Request, component: Component, index: number): Promise<Faults> {
  const { security_id, series_id } = component;
  const field = `components.${index}`;
  if (security_id !== undefined) {
    // The books hold cash without anybody registering it.
    const { details } = await request.lookups.security(security_id);
    const known = details !== undefined || cashCurrency(security_id) !== undefined;
    return {
      unknown: known ? [] : unknownSecurity(security_id, `${field}.security_id`).errors,
      unfit: [],
    };
  }
  const { details } = await loadSeries(request.dependencies.log, series_id!);
  if (!details) return { unknown: unknownSeries(series_id!, `${field}.series_id`).errors, unfit: [] };
  if (details.kind === 'level') return { unknown: [], unfit: [] };
  const message = `${series_id} is a series of rates, not of levels`;
  return { unknown: [], unfit: [{ field: `${field}.series_id`, rule: 'not_levels', message }] };
}

export async function defineBenchmark(
  request: Request,
  command: DefineBenchmark,
  index: number,
): Promise<Outcome> {
  const faults = await lookUp(command.components, (component, i) => faultsOf(request, component, i));
  const asked = {
    command,
    unknown: faults.flatMap((each) => each.unknown),
    unfit: faults.flatMap((each) => each.unfit),
  };
  return decideOnStream(
    request.dependencies,
    streams.benchmark(command.benchmark_id),
    (events) => decideDefineBenchmark(asked, benchmarkOf(events)),
    request.context,
    index,
  );
}

export function removeBenchmark(request: Request, command: RemoveBenchmark, index: number): Promise<Outcome> {
  return decideOnStream(
    request.dependencies,
    streams.benchmark(command.benchmark_id),
    (events) => decideRemoveBenchmark(command, benchmarkOf(events)),
    request.context,
    index,
  );
}

/** `POST` of every command: one object, an array, or a stream of one a line. */
import { z } from '@hono/zod-openapi';
import type { CommandHandler } from '../../commands/handler/handler.ts';
import { rawItems } from '../../commands/handler/types.ts';
import { collect } from '../../commands/handler/results.ts';
import { identifier } from '../../commands/schemas/fields.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import { bodyKind } from '../body/read.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import type { ProblemKind } from '../http/problem.ts';
import type { ApiConfig, ProjectionWaiter } from '../ports.ts';
import { noParams } from '../reads/parameters.ts';
import { commandContext } from './context.ts';
import { jsonItems, streamedItems } from './items.ts';
import { idempotencyHeader, pendingPolicy, waiting } from './parameters.ts';
import { registerRemovals } from './removals.ts';
import { manyReply, singleReply } from './reply.ts';
import { noting, touchedBy } from './touched.ts';
import { commandReplies, manyBody, manyReplies, oneBody } from './schemas.ts';

export interface CommandDependencies {
  readonly commands: CommandHandler;
  readonly projections: ProjectionWaiter;
  readonly config: ApiConfig;
}

const PROBLEMS: readonly ProblemKind[] = [
  'malformed-body',
  'not-found',
  'conflict',
  'body-too-large',
  'unsupported-media-type',
  'rejected',
  'not-projected-in-time',
];

/** Facts that every portfolio is valued or looked at by: not for principals of some portfolios. */
const SHARED: ReadonlySet<CommandName> = new Set([
  'securities',
  'splits',
  'fx-rates',
  'prices',
  'business-dates',
  'groups',
  'benchmarks',
  'series',
  'series-values',
]);

const TAG = 'Commands';
const waitOnly = z.strictObject(waiting);
const waitAndPending = z.strictObject({ ...waiting, ...pendingPolicy });

const COLLECTIONS: readonly (readonly [path: string, command: CommandName, summary: string])[] = [
  ['/v1/portfolios', 'portfolios', 'Open portfolios, or change settings of theirs'],
  ['/v1/securities', 'securities', 'Register securities, or change their details'],
  ['/v1/transactions', 'transactions', 'Record transactions'],
  ['/v1/prices', 'prices', 'Record closing prices'],
  ['/v1/fx-rates', 'fx-rates', 'Record exchange rates'],
  ['/v1/splits', 'splits', 'Announce splits, and say whether earlier prices are adjusted for them'],
  ['/v1/business-dates', 'business-dates', 'Advance the business date: the days before it are published'],
  ['/v1/groups', 'groups', 'Define groups of portfolios, or define them anew'],
  ['/v1/benchmarks', 'benchmarks', 'Define benchmarks, or define them anew'],
  ['/v1/series', 'series', 'Define series of levels or yearly rates'],
  ['/v1/series-values', 'series-values', 'Record values of series'],
];

export function registerCommands(api: Api, dependencies: CommandDependencies): void {
  for (const [path, command, summary] of COLLECTIONS) collection(api, dependencies, path, command, summary);
  amendment(api, dependencies, {
    path: '/v1/transactions/{transaction_id}/correct',
    member: 'transaction_id',
    command: 'corrections',
    summary: 'Correct a transaction: the fields that change, and the reason',
  });
  amendment(api, dependencies, {
    path: '/v1/transactions/{transaction_id}/cancel',
    member: 'transaction_id',
    command: 'cancellations',
    summary: 'Cancel a transaction',
  });
  amendment(api, dependencies, {
    path: '/v1/portfolios/{portfolio_id}/close',
    member: 'portfolio_id',
    command: 'portfolio-closures',
    summary: 'Close a portfolio: it takes no transactions after the date',
  });
  registerRemovals(api, dependencies);
}

function collection(
  api: Api,
  dependencies: CommandDependencies,
  path: string,
  command: CommandName,
  summary: string,
): void {
  const { commands, config } = dependencies;
  endpoint<object, { wait?: 'projected' | undefined; pending?: 'accept' | undefined }>(
    api,
    {
      method: 'post',
      path,
      tag: TAG,
      summary,
      allPortfolios: SHARED.has(command),
      params: noParams,
      query: command === 'transactions' ? waitAndPending : waitOnly,
      headers: idempotencyHeader,
      body: manyBody(command),
      replies: manyReplies,
      problems: PROBLEMS,
    },
    async (c, { query }) => {
      const portfolios = touchedBy(command, dependencies.projections);
      const wait = query.wait === undefined ? undefined : { ...dependencies, ...portfolios };
      if (bodyKind(c) === 'ndjson') {
        const context = commandContext(c, query.pending, '');
        const items = noting(streamedItems(c, config.streamMaxRows), portfolios);
        return manyReply(c, await collect(commands.stream(command, items, context)), wait);
      }
      const { text, items, single } = await jsonItems(c, config.bodyLimitBytes);
      for (const item of items) portfolios.note(item);
      const batch = await commands.run(command, rawItems(items), commandContext(c, query.pending, text));
      return single ? singleReply(c, batch, wait) : manyReply(c, batch, wait);
    },
  );
}

/** A command on one thing that the path names. */
function amendment(
  api: Api,
  dependencies: CommandDependencies,
  spec: {
    readonly path: string;
    readonly member: 'transaction_id' | 'portfolio_id';
    readonly command: CommandName;
    readonly summary: string;
  },
): void {
  const { commands, config } = dependencies;
  const { path, member, command, summary } = spec;
  endpoint<Record<string, unknown>, { wait?: 'projected' | undefined; pending?: 'accept' | undefined }>(
    api,
    {
      method: 'post',
      path,
      tag: TAG,
      summary,
      params: z.strictObject({ [member]: identifier }),
      query: member === 'transaction_id' ? waitAndPending : waitOnly,
      headers: idempotencyHeader,
      body: oneBody(command, member),
      replies: commandReplies,
      problems: PROBLEMS,
    },
    async (c, { params, query }) => {
      const { text, value } = await oneObject(c, config.bodyLimitBytes);
      const given: unknown = Reflect.get(value, member);
      if (given !== undefined && given !== params[member])
        throw new Problem('rejected', `${member} must be the one of the path`, {
          errors: [
            { field: member, rule: 'disagrees', message: 'must be the one of the path, or be left out' },
          ],
        });
      const item = { ...value, [member]: params[member] };
      const context = commandContext(c, query.pending, text);
      const batch = await commands.run(command, rawItems([item]), context);
      const portfolios = touchedBy(command, dependencies.projections);
      portfolios.note(item);
      return singleReply(c, batch, query.wait === undefined ? undefined : { ...dependencies, ...portfolios });
    },
  );
}

async function oneObject(c: ApiContext, limitBytes: number): Promise<{ text: string; value: object }> {
  if (bodyKind(c) !== 'json')
    throw new Problem('unsupported-media-type', 'send application/json', {
      headers: { Accept: 'application/json' },
    });
  const { text, items, single } = await jsonItems(c, limitBytes);
  const [value] = items;
  if (single && typeof value === 'object' && value !== null) return { text, value };
  throw new Problem('malformed-body', 'one JSON object is expected', {
    errors: [{ field: '', rule: 'type', message: 'must be one object' }],
  });
}

/** `DELETE` of what people have defined to look at the books by. */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { rawItems } from '../../commands/handler/types.ts';
import { identifier } from '../../commands/schemas/fields.ts';
import type { CommandName } from '../../commands/schemas/commands.ts';
import type { Api } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { groupParams } from '../reads/subjects.ts';
import type { CommandDependencies } from './commands.ts';
import { commandContext } from './context.ts';
import { idempotencyHeader, waiting } from './parameters.ts';
import { singleReply } from './reply.ts';
import { commandReplies } from './schemas.ts';

interface RemovalSpec {
  readonly path: string;
  readonly command: CommandName;
  readonly summary: string;
  readonly params: ZodObject & z.ZodType<Readonly<Record<string, string>>>;
}

export const benchmarkParams = z.strictObject({
  benchmark_id: identifier.meta({ description: 'The benchmark.', example: 'BALANCED' }),
});

const REMOVALS: readonly RemovalSpec[] = [
  {
    path: '/v1/groups/{group_id}',
    command: 'group-removals',
    summary: 'Remove a group; its portfolios stay',
    params: groupParams,
  },
  {
    path: '/v1/benchmarks/{benchmark_id}',
    command: 'benchmark-removals',
    summary: 'Remove a benchmark; its securities and series stay',
    params: benchmarkParams,
  },
];

export function registerRemovals(api: Api, dependencies: CommandDependencies): void {
  for (const spec of REMOVALS) removal(api, dependencies, spec);
}

function removal(api: Api, dependencies: CommandDependencies, spec: RemovalSpec): void {
  endpoint(
    api,
    {
      method: 'delete',
      path: spec.path,
      tag: 'Commands',
      summary: spec.summary,
      allPortfolios: true,
      params: spec.params,
      query: z.strictObject(waiting),
      headers: idempotencyHeader,
      replies: commandReplies,
      problems: ['not-found', 'conflict', 'rejected', 'not-projected-in-time'],
    },
    async (c, { params, query }) => {
      const context = commandContext(c, undefined, '');
      const batch = await dependencies.commands.run(spec.command, rawItems([params]), context);
      return singleReply(c, batch, query.wait === undefined ? undefined : dependencies);
    },
  );
}

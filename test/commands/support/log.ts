/** The real log on a database of the test's own, and a handler over it. */
import { createCommandHandler } from '../../../commands/handler/handler.ts';
import type { CommandHandler } from '../../../commands/handler/handler.ts';
import { rawItems } from '../../../commands/handler/types.ts';
import type { CommandContext, ItemResult, LinkedSecurities } from '../../../commands/handler/types.ts';
import type { CommandName } from '../../../commands/schemas/commands.ts';
import type { EventLog } from '../../../domain/log.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase } from '../../support/database.ts';

export const NOW = '2025-08-20T12:00:00.000000Z';

export interface LogFixture {
  readonly log: EventLog;
  readonly handler: CommandHandler;
  /** Posts items as HTTP does and returns their results. */
  post(
    name: CommandName,
    items: readonly object[],
    context?: Partial<CommandContext>,
  ): Promise<readonly ItemResult[]>;
  /** The types of all events, in order. */
  types(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openLog(linkedSecurities: LinkedSecurities = async () => []): Promise<LogFixture> {
  const test = await createTestDatabase({ searchPath: 'public' });
  const log = createPostgresEventLog({ database: test.database });
  const handler = createCommandHandler({ log, clock: () => NOW, linkedSecurities });
  return {
    log,
    handler,
    async post(name, items, context = {}) {
      return (await handler.run(name, rawItems(items), { source: 'http', ...context })).results;
    },
    async types() {
      return (await log.readFeed(0, 10_000)).map((event) => event.type);
    },
    async close() {
      await log.close();
      await test.close();
    },
  };
}

/** Results as `id status` or `id rejected code: field rule, …`. */
export function told(results: readonly ItemResult[]): string[] {
  return results.map(({ id, status, error }) =>
    error
      ? `${id} ${status} ${error.code}: ${error.errors.map(({ field, rule }) => `${field} ${rule}`).join(', ')}`
      : `${id} ${status}`,
  );
}

/** What all items of one request share. */
import type { Lookups } from './lookups.ts';
import { createLookups } from './lookups.ts';
import type { Links, LoadKey } from './keys.ts';
import { createKeys } from './keys.ts';
import type { CommandContext, CommandDependencies } from './types.ts';

export interface Request {
  readonly dependencies: CommandDependencies;
  readonly context: CommandContext;
  readonly lookups: Lookups;
  readonly loadKey: LoadKey;
  readonly links: Links;
}

export function createRequest(
  dependencies: CommandDependencies,
  context: CommandContext,
  links: Links,
): Request {
  const { log } = dependencies;
  return { dependencies, context, lookups: createLookups(log), loadKey: createKeys(log), links };
}

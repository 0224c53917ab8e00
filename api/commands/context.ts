/** What a request says besides its body, for the command handler. */
import { createHash } from 'node:crypto';
import type { CommandContext } from '../../commands/handler/types.ts';
import type { ApiContext } from '../http/context.ts';
import { invalidParameter } from '../http/problem.ts';
import { IDEMPOTENCY_KEY } from './parameters.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * @param body what distinguishes this request from another with the same key: the text of the body; of a
 *   stream, which is not held in memory, only its address counts, and each line has its own place in it
 */
export function commandContext(c: ApiContext, pending: 'accept' | undefined, body: string): CommandContext {
  const key = c.req.header(IDEMPOTENCY_KEY);
  if (key !== undefined && !KEY.test(key))
    throw invalidParameter(
      IDEMPOTENCY_KEY,
      'characters',
      'must be 1 to 200 printable characters without blanks',
    );
  const { id, kind, portfolios } = c.get('principal');
  return {
    source: 'http',
    // Nobody says who they are but by the token that they have.
    ...(kind === 'local' ? {} : { actor: id }),
    ...(portfolios === undefined ? {} : { portfolios }),
    correlation_id: c.get('requestId'),
    ...(pending === undefined ? {} : { pending }),
    ...(key === undefined ? {} : { idempotency: { key, fingerprint: fingerprint(c.req.path, body) } }),
  };
}

function fingerprint(path: string, body: string): string {
  return createHash('sha256').update(`POST ${path}\n`).update(body).digest('hex');
}

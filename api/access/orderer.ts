/** Who gives an order over HTTP, as records of operations name them. */
import type { Orderer } from '../../commands/access/ports.ts';
import type { ApiContext } from '../http/context.ts';

export function ordererOf(c: ApiContext): Orderer {
  const { id, kind } = c.get('principal');
  return {
    source: 'http',
    correlation_id: c.get('requestId'),
    ...(kind === 'local' ? {} : { actor: id }),
  };
}

/** As rebuilds and flips have it: `http`, and who it is where that is known. */
export function whoOf(c: ApiContext): string {
  const { id, kind } = c.get('principal');
  return kind === 'local' ? 'http' : `http ${id}`;
}

/** Puts an order in the log before it is carried out. */
export function recordOrder(c: ApiContext, operation: string, detail: string): Promise<void> {
  return c.get('access').ordered(c.get('principal'), operation, detail, c.get('requestId'));
}

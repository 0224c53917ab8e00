/** Headers that mean something to us. */
import { REPLAY_HEADER } from '../../domain/messages.ts';
import type { Message } from '../../domain/messages.ts';

const CORRELATION_HEADERS = ['correlation_id', 'x-correlation-id'];
const CORRELATION_ID = /^[\x21-\x7e]{1,128}$/;

/** The last header of the name as text. */
function header(message: Message, name: string): string | undefined {
  const found = message.headers.findLast(([given]) => given.toLowerCase() === name);
  return found && Buffer.from(found[1]).toString('utf8');
}

export function isReplay(message: Message): boolean {
  return header(message, REPLAY_HEADER) !== undefined;
}

/** What the sender calls the chain of events this message belongs to, if it is fit to be kept. */
export function correlationOf(message: Message): string | undefined {
  if (message.headers.length === 0) return undefined;
  const given = CORRELATION_HEADERS.map((name) => header(message, name)).find((value) => value !== undefined);
  return given !== undefined && CORRELATION_ID.test(given) ? given : undefined;
}

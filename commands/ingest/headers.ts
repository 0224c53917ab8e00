/** Headers that mean something to us. */
import type { Message } from '../../domain/messages.ts';

/** On every transaction we publish again; its value is the epoch, as text. */
export const REPLAY_HEADER = 'x-chronofolio-replay';

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

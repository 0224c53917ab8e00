/** From the bytes of messages to ticks, and to dead letters for those that hold none. */
import type { Tick } from '../../domain/market/tick.ts';
import type { DeadLetter, Message } from '../../domain/messages.ts';
import { readTick } from './tick-rules.ts';
import type { TickFault } from './tick-rules.ts';
import { scanTick } from './tick-scan.ts';

export interface ReadTicks {
  readonly ticks: readonly Tick[];
  /** The message of each tick. */
  readonly messages: readonly Message[];
  readonly deadLetters: readonly DeadLetter[];
}

/** @param now Unix milliseconds */
export function readTicks(messages: readonly Message[], now: number): ReadTicks {
  const ticks: Tick[] = [];
  const good: Message[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const message of messages) {
    const read = readMessage(message, now);
    if ('code' in read) deadLetters.push(read);
    else {
      ticks.push(read);
      good.push(message);
    }
  }
  return { ticks, messages: good, deadLetters };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readMessage(message: Message, now: number): Tick | DeadLetter {
  const bytes = message.value;
  if (bytes === null) return deadLetter(message, 'empty', 'the message has no value');
  const usual = scanTick(bytes, now);
  if (usual) return usual;
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = buffer.toString('utf8');
  // What stands in place of bytes that are no UTF-8; seldom somebody meant the character itself.
  if (text.includes('\ufffd')) {
    try {
      text = utf8.decode(bytes);
    } catch {
      return deadLetter(message, 'encoding', 'the value is not UTF-8');
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return deadLetter(message, 'json', `malformed JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const read = readTick(value, now);
  return read.ok ? read.tick : deadLetter(message, 'invalid', reasonOf(read.faults));
}

/** Each fault with its field and rule: `price: must be greater than zero (positive)`. */
export function reasonOf(faults: readonly TickFault[]): string {
  return faults
    .map(({ field, rule, message }) => `${field === '' ? '' : `${field}: `}${message} (${rule})`)
    .join('; ');
}

const MAX_REASON = 2_000;

/** The reason as text that any header takes: messages can make us quote all kinds of bytes. */
export function deadLetter(message: Message, code: string, reason: string): DeadLetter {
  const printable = reason
    .slice(0, MAX_REASON)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return { message, code, reason: printable };
}

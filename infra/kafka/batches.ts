/** From the library's messages to ours, in batches of bounded size. */
import type { Batch as LibraryBatch, IHeaders, KafkaMessage } from 'kafkajs';
import type { Batch, Message } from '../../domain/messages.ts';
import type { Position } from './positions.ts';

export interface BatchLimits {
  readonly messages: number;
  /** A single message may exceed it. */
  readonly bytes: number;
}

const BYTES_PER_MESSAGE = 64;

function* headersOf(headers: IHeaders | undefined): Generator<readonly [string, Uint8Array]> {
  for (const [name, values] of Object.entries(headers ?? {}))
    for (const value of Array.isArray(values) ? values : [values])
      if (value !== undefined) yield [name, typeof value === 'string' ? Buffer.from(value) : value];
}

export function messageOf({ offset, key, value, headers }: KafkaMessage): Message {
  return { offset: Number(offset), key, value, headers: [...headersOf(headers)] };
}

function sizeOf({ key, value, headers }: Message): number {
  const named = headers.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0);
  return BYTES_PER_MESSAGE + named + (key?.length ?? 0) + (value?.length ?? 0);
}

/**
 * The messages of a fetch from the position on, in batches that follow one another without a gap: the
 * offsets of control records and compacted messages are passed over with the message before them.
 */
export function* batchesOf(
  groupId: string,
  fetched: LibraryBatch,
  position: Position,
  limits: BatchLimits,
): Generator<Batch> {
  const { topic, partition } = fetched;
  const end = Number(fetched.lastOffset()) + 1;
  let { expected } = position;
  let messages: Message[] = [];
  let bytes = 0;
  const cut = (next: number): Batch => {
    const batch = { groupId, topic, partition, expected, next, messages };
    expected = next;
    messages = [];
    bytes = 0;
    return batch;
  };
  for (const raw of fetched.messages) {
    if (Number(raw.offset) < position.next) continue;
    const message = messageOf(raw);
    const size = sizeOf(message);
    const full = messages.length >= limits.messages || bytes + size > limits.bytes;
    if (full && messages.length > 0) yield cut(messages.at(-1)!.offset + 1);
    messages.push(message);
    bytes += size;
  }
  if (messages.length > 0) yield cut(end);
}

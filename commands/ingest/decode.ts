/** From the bytes of a message to the JSON value in it. */
import type { DeadLetter, Message } from '../../domain/messages.ts';
import { parseJson } from '../json.ts';
import { deadLetter, reasonOf } from './dead-letter.ts';

export type Decoded = { readonly value: unknown } | { readonly failure: DeadLetter };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Numbers keep all of their digits, see `json.ts`. */
export function decode(message: Message, maxBytes: number): Decoded {
  const { value } = message;
  if (value === null) return { failure: deadLetter(message, 'empty', 'the message has no value') };
  if (value.length > maxBytes) {
    const reason = `the value has ${value.length} bytes, and ${maxBytes} are taken at most`;
    return { failure: deadLetter(message, 'too_large', reason) };
  }
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return { failure: deadLetter(message, 'encoding', 'the value is not UTF-8') };
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return { failure: deadLetter(message, 'json', reasonOf(parsed.errors)) };
  return { value: parsed.value };
}

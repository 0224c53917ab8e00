/** Why a message could not be taken in: a code for programs, a sentence for people. */
import type { DeadLetter, Message } from '../../domain/messages.ts';
import type { RefusalCode } from '../deciders/decision.ts';
import type { FieldError } from '../parsed.ts';

export type DeadLetterCode =
  /** Without a value. */
  | 'empty'
  /** Larger than is taken. */
  | 'too_large'
  /** Not UTF-8. */
  | 'encoding'
  /** Not JSON. */
  | 'json'
  /** A replay of a transaction that is not known here. */
  | 'unknown_replay'
  /** The database does not take what the message leads to. */
  | 'refused'
  /** The program itself failed on it. */
  | 'internal'
  /** What the command's own rules say: `invalid`, `conflict`, `closed` and so on. */
  | RefusalCode;

const MAX_REASON = 2_000;

/** Text that any database and header takes: messages can make us quote all kinds of bytes. */
function presentable(text: string): string {
  const short = text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…` : text;
  return short.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

export function deadLetter(message: Message, code: DeadLetterCode, reason: string): DeadLetter {
  return { message, code, reason: presentable(reason) };
}

/** Each error with its field, what is wrong and the rule: `price: must be greater than zero (positive)`. */
export function reasonOf(errors: readonly FieldError[], item?: number): string {
  const where = item === undefined ? '' : `item ${item}: `;
  return errors
    .map(({ field, rule, message }) => `${where}${field === '' ? '' : `${field}: `}${message} (${rule})`)
    .join('; ');
}

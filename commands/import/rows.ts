/** The rows of a source, whatever its format. */
import type { FieldError, Parsed } from '../parsed.ts';
import type { ImportCommand } from './kinds.ts';

export interface SourceRow {
  readonly line: number;
  /** Undefined where the row could not be told to be any command: `value` is an error then. */
  readonly command?: ImportCommand;
  readonly value: Parsed<unknown>;
  /** For what a row of another kind takes for granted: nothing to do, and no fault, when it is known. */
  readonly ifUnknown?: boolean;
  /** The row is what the whole of the file rests on, such as its header. */
  readonly fatal?: boolean;
}

export function badRow(line: number, error: FieldError, fatal = false): SourceRow {
  return { line, value: { ok: false, errors: [error] }, ...(fatal ? { fatal } : {}) };
}

/** A source that cannot be read as text. */
export class SourceError extends Error {
  readonly code = 'not_utf8';
}

/** Text of a source as UTF-8, without a byte order mark. Throws `SourceError` on bytes that are not. */
export async function* decoded(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk);
    if (text !== '') yield text;
  }
  decode(decoder);
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (error) {
    throw new SourceError('is not UTF-8', { cause: error });
  }
}

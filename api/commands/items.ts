/** The items of a request's body. */
import { parseItems, parseJsonLines } from '../../commands/json.ts';
import { rejected } from '../../commands/parsed.ts';
import type { Parsed } from '../../commands/parsed.ts';
import { locateError } from '../body/locate.ts';
import { bodyText, limitedText } from '../body/read.ts';
import type { ApiContext } from '../http/context.ts';
import { Problem } from '../http/problem.ts';

export interface JsonItems {
  readonly text: string;
  readonly items: readonly unknown[];
  /** The body was one object and not an array. */
  readonly single: boolean;
}

/** The items of a JSON body; a problem with line and column when it is malformed. */
export async function jsonItems(c: ApiContext, limitBytes: number): Promise<JsonItems> {
  const text = await limitedText(c, limitBytes);
  const parsed = parseItems(text);
  if (parsed.ok) return { text, ...parsed.value };
  const errors = parsed.errors.map((error) => {
    const place = error.rule === 'json' ? locateError(text) : undefined;
    return place
      ? { ...error, message: `malformed JSON at line ${place.line}, column ${place.column}` }
      : error;
  });
  throw new Problem('malformed-body', errors[0]?.message ?? 'the body cannot be read', { errors });
}

/**
 * The lines of a stream as they arrive. What cannot be read becomes an item of its own, since the lines
 * before it are done; after `maxRows` lines the rest is left unread.
 */
export async function* streamedItems(c: ApiContext, maxRows: number): AsyncGenerator<Parsed<unknown>> {
  let rows = 0;
  try {
    for await (const { line, value } of parseJsonLines(bodyText(c))) {
      rows += 1;
      if (rows > maxRows) {
        yield rejected({
          field: '',
          rule: 'too_many',
          message: `line ${line} and all after it were not read: a request may have ${maxRows} lines`,
        });
        return;
      }
      yield value.ok
        ? value
        : rejected(...value.errors.map((error) => ({ ...error, message: `line ${line}: ${error.message}` })));
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    yield rejected({ field: '', rule: 'text', message: error.message });
  }
}

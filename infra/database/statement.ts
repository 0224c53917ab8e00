/** Statements are prepared once per connection, so that the server need not parse them again. */
import { createHash } from 'node:crypto';
import type pg from 'pg';

const names = new Map<string, string>();

/**
 * A parameterised text is named after its content, so that the driver prepares it on first use. The texts
 * are the literals of this program, hence few. Without parameters the text may hold several statements,
 * which cannot be prepared.
 */
export function statementOf(text: string, values: readonly unknown[] | undefined): pg.QueryConfig {
  if (values === undefined) return { text };
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}

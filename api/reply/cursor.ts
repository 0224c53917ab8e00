/**
 * Cursors: the key of the last row shown, packed so that nobody is tempted to build one. The name of
 * the list is in it, so that a cursor of one list is refused by another.
 */
import type { z } from 'zod';
import { invalidParameter } from '../http/problem.ts';

export interface CursorCodec<Key> {
  encode(key: Key): string;
  /** Throws the problem of a bad cursor. */
  decode(text: string | undefined): Key | undefined;
}

export function cursorCodec<Key>(list: string, schema: z.ZodType<Key>): CursorCodec<Key> {
  return {
    encode: (key) => Buffer.from(JSON.stringify([list, key]), 'utf8').toString('base64url'),
    decode: (text) => {
      if (text === undefined) return undefined;
      const content = unpack(text);
      if (Array.isArray(content) && content.length === 2 && content[0] === list) {
        const key = schema.safeParse(content[1]);
        if (key.success) return key.data;
      }
      throw invalidParameter('cursor', 'cursor', 'is not a cursor that this list has given');
    },
  };
}

function unpack(text: string): unknown {
  if (!/^[A-Za-z0-9_-]{1,2000}$/.test(text)) return undefined;
  try {
    const json = Buffer.from(text, 'base64url').toString('utf8');
    // No key has a character that the database cannot hold.
    return json.includes('\\u0000') ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}

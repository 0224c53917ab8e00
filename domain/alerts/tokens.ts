/** The text of a condition in pieces. */

export type TokenKind = 'number' | 'name' | 'operator' | '(' | ')' | ',' | '.' | '=' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Characters before it. */
  readonly position: number;
}

const BLANKS = /[ \t]+/y;
const PIECES: readonly (readonly [TokenKind, RegExp])[] = [
  ['number', /-?(?:\d+(?:\.\d+)?|\.\d+)(?![\w.])/y],
  ['name', /[A-Za-z_]\w*/y],
  ['operator', />=|<=|>|</y],
];
const MARKS: ReadonlySet<string> = new Set<TokenKind>(['(', ')', ',', '.', '=']);

function isMark(text: string | undefined): text is '(' | ')' | ',' | '.' | '=' {
  return text !== undefined && MARKS.has(text);
}

/** The pieces, `end` last; or where the first character is that begins none. */
export function tokensOf(
  text: string,
):
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly position: number } {
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    position += match(BLANKS)?.length ?? 0;
    if (position >= text.length) break;
    const mark = text[position];
    let token: Token | undefined;
    for (const [kind, pattern] of PIECES) {
      const piece = match(pattern);
      if (piece === undefined) continue;
      token = { kind, text: piece, position };
      break;
    }
    token ??= isMark(mark) ? { kind: mark, text: mark, position } : undefined;
    if (!token) return { ok: false, position };
    tokens.push(token);
    position += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return { ok: true, tokens };
}

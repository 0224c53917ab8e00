/**
 * Where a text stops being JSON. The engine's parser tells a position for some mistakes only, so a
 * text that it refused is read once more, token by token, up to the first one that cannot stand there.
 */

export interface Place {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

const BLANKS = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const NAME = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

type Expecting = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

/** The first place that cannot be read; the end of the text when something is missing there. */
export function locateError(text: string): Place | undefined {
  const open: ('[' | '{')[] = [];
  let at = 0;
  let expecting: Expecting = 'value';
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (;;) {
    skip(BLANKS);
    const next = text[at];
    if (expecting === 'comma or end' && open.length === 0)
      return at === text.length ? undefined : placeOf(text, at);
    if (next === undefined) return placeOf(text, at);
    const closes = next === (open.at(-1) === '[' ? ']' : '}') && expecting.endsWith('end');
    if (closes) {
      open.pop();
      at += 1;
      expecting = 'comma or end';
    } else if (expecting === 'comma or end') {
      if (next !== ',') return placeOf(text, at);
      at += 1;
      expecting = open.at(-1) === '[' ? 'value' : 'name';
    } else if (expecting === 'colon') {
      if (next !== ':') return placeOf(text, at);
      at += 1;
      expecting = 'value';
    } else if (expecting.startsWith('name')) {
      if (!skip(NAME)) return placeOf(text, at);
      expecting = 'colon';
    } else if (next === '[' || next === '{') {
      open.push(next);
      at += 1;
      expecting = next === '[' ? 'value or end' : 'name or end';
    } else if (skip(SCALAR)) {
      expecting = 'comma or end';
    } else return placeOf(text, at);
  }
}

function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}

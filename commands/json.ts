/**
 * JSON in, without losing digits: `JSON.parse` turns every number into a binary float, and a float
 * cannot hold `12345678901234567890.12`. Literals a float prints back unchanged stay numbers; the rest
 * (more than 15 digits, or an exponent) become marked strings that only the decimal schemas accept.
 */
import type { Parsed } from './parsed.ts';
import { rejected } from './parsed.ts';

/** Starts the text of a number literal that a float would have changed. No text field admits it. */
export const EXACT_NUMBER = '\u0000';

/** Exponents beyond this are left as written, which no decimal schema accepts. */
const MAX_EXPONENT = 60;

// A string, or a number that is not the name of a member: `{1:2}` stays as malformed as it is.
const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)/g;
const NEEDS_CARE = /\d[eE]|[\d.]{16}/;

/**
 * Writes a number literal of JSON in plain decimal notation (`1.5e3` becomes `1500`). A literal with an
 * absurd exponent is returned as it is.
 */
export function expandExponent(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(literal);
  if (!match) return literal;
  const [, minus = '', whole = '', fraction = ''] = match;
  const exponent = Number(match[4]);
  if (Math.abs(exponent) > MAX_EXPONENT) return /^0*$/.test(whole + fraction) ? '0' : literal;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${minus}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${minus}${digits}${'0'.repeat(point - digits.length)}`;
  return `${minus}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function keepDigits(token: string): string {
  if (token.startsWith('"')) return token;
  const digits = token.replace(/\D/g, '').length;
  if (digits <= 15 && !/[eE]/.test(token)) return token;
  return `"\\u0000${expandExponent(token)}"`;
}

/** Parses one JSON text. The error's rule is `json`. */
export function parseJson(text: string): Parsed<unknown> {
  try {
    const value: unknown = JSON.parse(NEEDS_CARE.test(text) ? text.replace(TOKEN, keepDigits) : text);
    return { ok: true, value };
  } catch {
    return rejected({ field: '', rule: 'json', message: malformed(text) });
  }
}

/** The parser's own sentence, from the text as it was sent. */
function malformed(text: string): string {
  if (text.trim() === '') return 'malformed JSON: nothing was sent';
  try {
    JSON.parse(text);
  } catch (error) {
    return `malformed JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  return 'malformed JSON';
}

/** Parses a body that is one object or an array of objects. An array of none is an error. */
export function parseItems(text: string): Parsed<{ items: readonly unknown[]; single: boolean }> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  if (!Array.isArray(parsed.value)) return { ok: true, value: { items: [parsed.value], single: true } };
  const items: readonly unknown[] = parsed.value;
  if (items.length === 0) return rejected({ field: '', rule: 'not_empty', message: 'the array is empty' });
  return { ok: true, value: { items, single: false } };
}

/** The longest line of NDJSON that is read; a longer one is an error of its own. */
export const MAX_LINE_LENGTH = 1_000_000;

/** A line of NDJSON that is not blank: its number, from 1, and its value or what is wrong with it. */
export interface JsonLine {
  readonly line: number;
  readonly value: Parsed<unknown>;
}

/** Splits a stream of text into lines, whatever the chunks' borders; the line's end is taken off. */
export async function* textLines(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    // What is beyond the limit is refused anyway: do not let one endless line fill the memory.
    if (rest.length > 2 * MAX_LINE_LENGTH) rest = rest.slice(0, MAX_LINE_LENGTH + 1);
  }
  if (rest !== '') yield rest;
}

/** Reads newline-delimited JSON with the memory of one line. Blank lines are passed over. */
export async function* parseJsonLines(
  chunks: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<JsonLine> {
  let line = 0;
  for await (const text of textLines(chunks)) {
    line += 1;
    if (text.trim() === '') continue;
    const value =
      text.length > MAX_LINE_LENGTH
        ? rejected({ field: '', rule: 'length', message: `longer than ${MAX_LINE_LENGTH} characters` })
        : parseJson(text);
    yield { line, value };
  }
}

/**
 * The usual message, read straight from its bytes: a flat object of the known fields, plain text and plain
 * numbers, and nothing wrong with it. Whatever else comes is left to the JSON parser and the rules, which find
 * the same tick in all that is taken here, at several times the cost.
 */
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { ParsedSymbol } from '../../domain/market/symbol.ts';
import { UNIT_SCALE } from '../../domain/market/tick.ts';
import type { Tick } from '../../domain/market/tick.ts';
import { MAX_AHEAD_MS } from './tick-rules.ts';

const [QUOTE, POINT, ZERO, NINE, COLON, COMMA] = [34, 46, 48, 57, 58, 44];
const [OPENING, CLOSING, BACKSLASH, BLANK, DELETE] = [123, 125, 92, 32, 127];
/** With so many digits a float and its text stand for each other, see `unitsOfNumber`. */
const MAX_DIGITS = 15;
const MAX_UNITS = 9e15;
const POWERS = Array.from({ length: UNIT_SCALE + 1 }, (_, i) => 10 ** i);

/** What was read last: where it ended, and the number and its decimals. Nothing here waits for anything. */
let end = 0;
let digits = 0;
let decimals = 0;

/** @returns `undefined` for what is not the usual message */
export function scanTick(bytes: Uint8Array, now: number): Tick | undefined {
  let ric: ParsedSymbol | undefined;
  let symbol: ParsedSymbol | undefined;
  let price: bigint | undefined;
  let timestamp = -1;
  let volume: bigint | undefined;
  let bid: bigint | undefined;
  let ask: bigint | undefined;
  let at = afterBlanks(bytes, 0);
  if (bytes[at] !== OPENING) return undefined;
  do {
    at = afterBlanks(bytes, at + 1);
    const name = at + 1;
    if (!scanText(bytes, at)) return undefined;
    const length = end - 1 - name;
    at = afterBlanks(bytes, end);
    if (bytes[at] !== COLON) return undefined;
    at = afterBlanks(bytes, at + 1);
    if (bytes[at] === QUOTE) {
      if (!scanText(bytes, at)) return undefined;
      const parsed = symbolAt(bytes, at + 1, end - 1);
      if (!parsed) return undefined;
      if (is(bytes, name, length, 'ric')) ric = parsed;
      else if (is(bytes, name, length, 'symbol')) symbol = parsed;
      else return undefined;
    } else {
      if (!scanNumber(bytes, at)) return undefined;
      if (is(bytes, name, length, 'timestamp')) {
        if (decimals > 0) return undefined;
        timestamp = digits;
      } else {
        const scaled = digits * POWERS[UNIT_SCALE - decimals]!;
        if (scaled > MAX_UNITS) return undefined;
        const units = BigInt(scaled);
        if (is(bytes, name, length, 'price')) price = units;
        else if (is(bytes, name, length, 'volume')) volume = units;
        else if (is(bytes, name, length, 'bid')) bid = units;
        else if (is(bytes, name, length, 'ask')) ask = units;
        else return undefined;
      }
    }
    at = afterBlanks(bytes, end);
  } while (bytes[at] === COMMA);
  if (bytes[at] !== CLOSING || afterBlanks(bytes, at + 1) !== bytes.length) return undefined;
  const named = ric ?? symbol;
  if (named === undefined || price === undefined || price === 0n) return undefined;
  if (timestamp < 0 || timestamp > now + MAX_AHEAD_MS) return undefined;
  if (bid !== undefined && ask !== undefined && bid > ask) return undefined;
  return { symbol: named.symbol, exchange: named.exchange, price, timestamp, volume, bid, ask };
}

/** Blanks of JSON: those below the space that are not among them begin nothing that is taken here. */
function afterBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === BLANK || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at += 1;
  return at;
}

/** Text of printable ASCII, without escapes. */
function scanText(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] !== QUOTE) return false;
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      end = at + 1;
      return true;
    }
    if (byte < BLANK || byte >= DELETE || byte === BACKSLASH) return false;
  }
  return false;
}

/** A number without sign and exponent, of at most eight decimals. */
function scanNumber(bytes: Uint8Array, start: number): boolean {
  let at = start;
  let value = 0;
  let byte = bytes[at]!;
  while (byte >= ZERO && byte <= NINE) {
    value = value * 10 + (byte - ZERO);
    byte = bytes[++at]!;
  }
  const whole = at - start;
  // JSON knows no number that begins with a zero and goes on with a digit.
  if (whole === 0 || whole > MAX_DIGITS || (whole > 1 && bytes[start] === ZERO)) return false;
  decimals = 0;
  if (byte === POINT) {
    byte = bytes[++at]!;
    const first = at;
    while (byte >= ZERO && byte <= NINE && at - first <= UNIT_SCALE) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++at]!;
    }
    decimals = at - first;
    if (decimals === 0 || decimals > UNIT_SCALE || whole + decimals > MAX_DIGITS) return false;
  }
  digits = value;
  end = at;
  return true;
}

function is(bytes: Uint8Array, start: number, length: number, name: string): boolean {
  if (length !== name.length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

interface Seen {
  readonly code: string;
  readonly parsed: ParsedSymbol;
}

/** Codes seen last by a hash of their bytes; of two with the same hash the later one stays. */
const MAX_SEEN = 50_000;
const MAX_CODE_LENGTH = 40;
const seen = new Map<number, Seen>();

function symbolAt(bytes: Uint8Array, start: number, until: number): ParsedSymbol | undefined {
  let hash = 0;
  for (let at = start; at < until; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  const found = seen.get(hash);
  if (found && is(bytes, start, until - start, found.code)) return found.parsed;
  if (until - start > MAX_CODE_LENGTH) return undefined;
  const code = String.fromCharCode(...bytes.subarray(start, until));
  const parsed = parseSymbol(code);
  if (!parsed) return undefined;
  if (seen.size >= MAX_SEEN) seen.clear();
  seen.set(hash, { code, parsed });
  return parsed;
}

/** From the code of an instrument, as feeds write it, to the symbol it is kept under. */

export interface ParsedSymbol {
  /** Upper-cased, a known exchange suffix removed. */
  readonly symbol: string;
  /** The exchange that the suffix named; `undefined` without one. */
  readonly exchange: string | undefined;
}

export const MAX_SYMBOL_LENGTH = 20;

/**
 * Suffixes of exchanges whose calendars are known. Anything else after a point belongs to the symbol, such
 * as the share class of `BRK.B`; hence no suffix may be here that also names a class.
 */
const EXCHANGE_OF_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['O', 'XNAS'],
  ['OQ', 'XNAS'],
  ['N', 'XNYS'],
  ['L', 'XLON'],
  ['DE', 'XETR'],
  ['PA', 'XPAR'],
  ['AS', 'XAMS'],
  ['S', 'XSWX'],
  ['SW', 'XSWX'],
  ['MI', 'XMIL'],
  ['MC', 'XMAD'],
  ['T', 'XTKS'],
  ['HK', 'XHKG'],
  ['TO', 'XTSE'],
  ['AX', 'XASX'],
]);

const MAX_SUFFIX_LENGTH = 3;

/** Begins with a letter, a digit, or the mark of an index; no blanks, commas, quotes or asterisks. */
const PATTERN = /^[A-Za-z0-9.^$][A-Za-z0-9._\-/=^:&+#@$!]*$/;

/** The codes seen last: a feed repeats the same few thousand. Cleared when full. */
const MAX_KNOWN = 50_000;
const known = new Map<string, ParsedSymbol>();

/**
 * `AAPL.O` and `aapl` are `AAPL`; `BRK.A` and `BRK.B` stay as they are, and so does `.SPX`. Only one suffix
 * is removed.
 * @returns `undefined` for text that is no code, or a symbol of more than 20 characters
 */
export function parseSymbol(text: string): ParsedSymbol | undefined {
  const found = known.get(text);
  if (found) return found;
  // Looked at before it is upper-cased: some letters beyond ASCII have capitals within it.
  if (text.length > MAX_SYMBOL_LENGTH + MAX_SUFFIX_LENGTH || !PATTERN.test(text)) return undefined;
  const parsed = withoutSuffix(text.toUpperCase());
  if (parsed.symbol.length > MAX_SYMBOL_LENGTH) return undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, parsed);
  return parsed;
}

/** Whether a code that carries a symbol means it as it trades on an exchange: one without a suffix means any. */
export function means({ exchange }: ParsedSymbol, traded: string): boolean {
  return exchange === undefined || exchange === traded;
}

function withoutSuffix(code: string): ParsedSymbol {
  const point = code.lastIndexOf('.');
  const exchange = point > 0 ? EXCHANGE_OF_SUFFIX.get(code.slice(point + 1)) : undefined;
  return exchange === undefined
    ? { symbol: code, exchange: undefined }
    : { symbol: code.slice(0, point), exchange };
}

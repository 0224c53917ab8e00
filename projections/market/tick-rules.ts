/**
 * What a tick must look like. Written by hand: hundreds of thousands a second pass through here. Fields that
 * are not known are passed over: feeds may tell more.
 */
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { Tick } from '../../domain/market/tick.ts';
import { unitsOfNumber, unitsOfText } from '../../domain/market/units.ts';

/** One thing wrong with one field; the field is empty when the whole is meant. */
export interface TickFault {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

export type ReadTick =
  { readonly ok: true; readonly tick: Tick } | { readonly ok: false; readonly faults: readonly TickFault[] };

/** A source's clock may be ahead of ours by so much. */
export const MAX_AHEAD_MS = 60_000;

const fault = (field: string, rule: string, message: string): TickFault => ({ field, rule, message });

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a parsed JSON value. Amounts are numbers or plain decimal text; `null` is as good as absent.
 * @param now Unix milliseconds
 */
export function readTick(value: unknown, now: number): ReadTick {
  if (!isObject(value)) return { ok: false, faults: [fault('', 'type', 'must be an object')] };
  const named = value.ric ?? value.symbol;
  const parsed = typeof named === 'string' ? parseSymbol(named) : undefined;
  const price = amount(value.price);
  const volume = amount(value.volume);
  const bid = amount(value.bid);
  const ask = amount(value.ask);
  const { timestamp } = value;
  if (
    parsed !== undefined &&
    typeof price === 'bigint' &&
    price > 0n &&
    isTime(timestamp, now) &&
    (volume === undefined || (typeof volume === 'bigint' && volume >= 0n)) &&
    (bid === undefined || (typeof bid === 'bigint' && bid >= 0n)) &&
    (ask === undefined || (typeof ask === 'bigint' && ask >= 0n)) &&
    (bid === undefined || ask === undefined || bid <= ask)
  )
    return {
      ok: true,
      tick: { symbol: parsed.symbol, exchange: parsed.exchange, price, timestamp, volume, bid, ask },
    };
  return { ok: false, faults: faultsOf(value, now) };
}

function isTime(value: unknown, now: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= now + MAX_AHEAD_MS;
}

/** `null` for what is none. */
function amount(value: unknown): bigint | null | undefined {
  if (typeof value === 'number') return unitsOfNumber(value) ?? null;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? (unitsOfText(value) ?? null) : null;
}

/** Everything that is wrong, for those who have to put it right. */
function faultsOf(value: Readonly<Record<string, unknown>>, now: number): TickFault[] {
  const faults = [
    symbolFault(value),
    amountFault('price', value.price, true),
    timeFault(value.timestamp, now),
    amountFault('volume', value.volume, false),
    amountFault('bid', value.bid, false),
    amountFault('ask', value.ask, false),
  ].filter((each) => each !== undefined);
  const [bid, ask] = [amount(value.bid), amount(value.ask)];
  if (typeof bid === 'bigint' && typeof ask === 'bigint' && bid > ask)
    faults.push(fault('bid', 'crossed', 'must not be above ask'));
  return faults;
}

function symbolFault({ ric, symbol }: Readonly<Record<string, unknown>>): TickFault | undefined {
  const field = ric === undefined && symbol !== undefined ? 'symbol' : 'ric';
  const named = ric ?? symbol;
  if (named === undefined || named === null) return fault(field, 'required', 'is missing');
  if (typeof named !== 'string') return fault(field, 'type', 'must be text');
  if (parseSymbol(named)) return undefined;
  return fault(field, 'symbol', 'must be a code such as AAPL.O whose symbol has 1 to 20 characters');
}

function amountFault(field: string, value: unknown, required: boolean): TickFault | undefined {
  if (value === undefined || value === null)
    return required ? fault(field, 'required', 'is missing') : undefined;
  if (typeof value !== 'number' && typeof value !== 'string')
    return fault(field, 'type', 'must be a number or decimal text');
  const units = amount(value);
  if (typeof units !== 'bigint') {
    if (typeof value === 'number')
      return Number.isFinite(value)
        ? fault(field, 'range', 'must have at most 12 digits before the point')
        : fault(field, 'finite', 'must be a finite number');
    return fault(field, 'decimal', 'must be plain decimal text of at most 12 digits before the point');
  }
  if (required && units <= 0n) return fault(field, 'positive', 'must be greater than zero, to 8 decimals');
  return units < 0n ? fault(field, 'not_negative', 'must not be below zero') : undefined;
}

function timeFault(value: unknown, now: number): TickFault | undefined {
  if (value === undefined || value === null) return fault('timestamp', 'required', 'is missing');
  if (!Number.isSafeInteger(value))
    return fault('timestamp', 'integer', 'must be a whole number of Unix milliseconds');
  if (isTime(value, now)) return undefined;
  return Number(value) < 0
    ? fault('timestamp', 'not_negative', 'must not be before 1970')
    : fault('timestamp', 'future', 'must not be more than a minute ahead');
}

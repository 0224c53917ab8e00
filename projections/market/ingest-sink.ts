/** Where ticks are sent, and what they are there: the messages of the topic of prices. */
import type { Tick } from '../../domain/market/tick.ts';
import { textOfUnits } from '../../domain/market/units.ts';

export interface OutgoingTick {
  /** The code as its source has it: its suffix, if any, names the exchange. */
  readonly code: string;
  readonly tick: Tick;
}

/** A line of a file of ticks: a tick, or what is wrong with it. */
export type FileTick =
  | { readonly ok: true; readonly outgoing: OutgoingTick }
  | { readonly ok: false; readonly where: string; readonly rule: string };

export type SinkErrorCode =
  /** Nobody answers, or with an error that may pass. */
  | 'unavailable'
  /** Sending it again would not help. */
  | 'refused';

export class SinkError extends Error {
  readonly code: SinkErrorCode;

  constructor(code: SinkErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SinkError';
    this.code = code;
  }
}

export interface TickSink {
  /** Where it sends to, for people. */
  readonly target: string;
  /**
   * Resolves when the ticks are safe there, in the order given. @returns how many were not taken
   * @throws an error whose code is `refused` where sending again would not help
   */
  send(ticks: readonly OutgoingTick[]): Promise<number>;
  close(): Promise<void>;
}

/** The message of a tick: its figures are JSON numbers, to the last decimal. */
export function tickJson({ code, tick }: OutgoingTick): string {
  const { price, timestamp, volume, bid, ask } = tick;
  const optional = (name: string, units: bigint | undefined): string =>
    units === undefined ? '' : `,"${name}":${textOfUnits(units)}`;
  return (
    `{"ric":${JSON.stringify(code)},"price":${textOfUnits(price)},"timestamp":${timestamp}` +
    `${optional('volume', volume)}${optional('bid', bid)}${optional('ask', ask)}}`
  );
}

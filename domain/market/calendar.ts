/** When an exchange trades: sessions by calendar day, in the exchange's own time zone. */
import type { Day } from '../dates.ts';

/** The trading of one day. Instants in Unix milliseconds. */
export interface Session {
  /** The exchange's own date. */
  readonly date: Day;
  readonly open: number;
  /** The official close. */
  readonly close: number;
  /** Until then prices of the closing auction come in; the day's bar takes ticks from `open` to before this. */
  readonly settled: number;
}

export interface Calendar {
  /** A market identifier code such as `XNYS`, `FX`, or `24x7`. */
  readonly exchange: string;
  /** IANA name. */
  readonly timeZone: string;
  /** `undefined` on weekends and holidays. */
  sessionOn(date: Day): Session | undefined;
  /** The session that an instant falls into, from its opening to before it is settled. */
  sessionAt(ms: number): Session | undefined;
  /** In ascending order, both days included. */
  sessionsBetween(from: Day, to: Day): Session[];
  /** The exchange's own date at an instant, whether it trades or not. */
  dateAt(ms: number): Day;
}

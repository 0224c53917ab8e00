/** Advances the business date by itself, once a day at a set hour. */
import { dayOfInstant, isoDate, startOfDay } from '../domain/dates.ts';
import type { CommandHandler } from './handler/handler.ts';
import { rawItems } from './handler/types.ts';

export interface CloseDayTimer {
  stop(): void;
}

export interface CloseDayOptions {
  readonly commands: Pick<CommandHandler, 'run'>;
  /** Wall-clock time in `timeZone` at which a day becomes the business date. */
  readonly at: { readonly hour: number; readonly minute: number };
  readonly timeZone: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 20_000;
const MS_PER_MINUTE = 60_000;

/** The latest date whose hour has come, at an instant. */
export function businessDateAt(
  nowMs: number,
  at: { readonly hour: number; readonly minute: number },
  timeZone: string,
): string {
  const instant = `${new Date(nowMs).toISOString().slice(0, 23)}000Z`;
  const today = dayOfInstant(instant, timeZone);
  const midnight = Date.parse(startOfDay(today, timeZone).replace('000Z', 'Z'));
  const due = midnight + (at.hour * 60 + at.minute) * MS_PER_MINUTE;
  return isoDate(nowMs >= due ? today : today - 1);
}

/**
 * Looks a few times a minute rather than sleeping until the hour, so that a machine that was asleep then
 * catches up. Advancing to a date that is known already changes nothing.
 */
export function startCloseDayTimer(options: CloseDayOptions): CloseDayTimer {
  let done: string | undefined;
  const look = () => {
    const date = businessDateAt(options.now(), options.at, options.timeZone);
    if (date === done) return;
    options.commands.run('business-dates', rawItems([{ date }]), { source: 'cli' }).then(
      () => {
        done = date;
      },
      (error: unknown) => options.onError(error),
    );
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

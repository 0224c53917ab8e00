/** Values of options and arguments, checked before anything is opened. */
import { tryDay, tryInstant } from '../domain/dates.ts';
import type { KnownAt, ReadContext } from '../projections/queries/reading.ts';
import { badInput } from './failure.ts';

/** An ISO date that exists. */
export function dateArgument(text: string): string {
  if (tryDay(text) === undefined) throw badInput(`"${text}" is not a date; dates are written 2025-08-15`);
  return text;
}

/** An integer of at least `least`. */
export function integerArgument(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < least)
      throw badInput(`${name} must be a whole number of at least ${least}, not "${text}"`);
    return value;
  };
}

/** A log position, an instant with its offset, or a date (its end in UTC). */
export function knownAtArgument(text: string): KnownAt {
  if (/^\d{1,15}$/.test(text)) return { position: Number(text) };
  const instant = tryDay(text) === undefined ? tryInstant(text) : tryInstant(`${text}T23:59:59.999999Z`);
  if (instant === undefined)
    throw badInput(`"${text}" is neither a log position nor an instant such as 2025-08-15T10:00:00Z`);
  return { instant };
}

export function readContext(options: { readonly knownAt?: KnownAt }): ReadContext {
  return options.knownAt === undefined ? {} : { knownAt: options.knownAt };
}

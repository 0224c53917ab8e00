/** The kinds of values a variable may have: text in, typed value out, the rule in words when it fails. */
import { z } from 'zod';
import { isKeyAddress } from './loopback.ts';
import { isTimeZone } from '../../domain/dates.ts';

/** A whole number in a range, both ends included. */
export function wholeNumber(minimum: number, maximum: number) {
  const rule = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, rule);
}

export const port = wholeNumber(1, 65_535);

/** 0 lets the system choose. */
export const listeningPort = wholeNumber(0, 65_535);

export const flag = z
  .string()
  .regex(/^(true|false|1|0|yes|no|on|off)$/i, 'must be true or false')
  .transform((text) => /^(true|1|yes|on)$/i.test(text));

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}

export const nonEmptyText = z.string().refine((text) => text.trim() !== '', 'must not be empty');

export const hostName = z.string().regex(/^[A-Za-z0-9.:_/[\]-]+$/, 'must be a host name or an address');

export const urlPath = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, 'must be a path beginning with /');

/** A list separated by commas; blanks around the entries do not count. */
export function commaList(entry: RegExp, rule: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every((part) => entry.test(part)), rule);
}

export function connectionString(schemes: readonly string[]) {
  const rule = `must be a connection string beginning with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return z.string().refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)), rule);
}

/** Where keys can be fetched from that nobody on the way can have changed. */
export const keyAddress = z
  .string()
  .refine(isKeyAddress, 'must be an https address, or http on loopback, without a user');

/** What topics and groups may be named with; room is left for the rest of the name. */
export const topicPart = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, underscores or hyphens');

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:30')
  .transform((text): TimeOfDay => ({ hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) }));

export const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Zurich');

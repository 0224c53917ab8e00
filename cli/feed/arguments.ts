/** Values of the options of feeding. */
import { badInput } from '../failure.ts';

/** A number above zero. */
export function numberArgument(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}(\.\d{1,6})?$/.test(text) || value <= 0)
      throw badInput(`${name} must be a number greater than zero, not "${text}"`);
    return value;
  };
}

const MS_OF: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `10s`, `5m` or `2h`, in milliseconds. */
export function durationArgument(name: string): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
    const value = match ? Number(match[1]) * (MS_OF[match[2]!] ?? 0) : 0;
    if (value <= 0) throw badInput(`${name} must be a time such as 10s, 5m or 2h, not "${text}"`);
    return value;
  };
}

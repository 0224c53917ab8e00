/** Figures for people. Programs read `--json`, where every figure is exact. */

/** Groups the integer digits of a decimal text by thousands. */
function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Decimal text cut to `places` decimals, half up on the text, with thousands grouped: `1,234.57`. */
export function figure(text: string | null | undefined, places = 2): string {
  if (text === null || text === undefined) return '–';
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const scaled = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  const rounded = scaled + ((fraction[places] ?? '0') >= '5' ? 1n : 0n);
  const digits = rounded.toString().padStart(places + 1, '0');
  const integer = grouped(digits.slice(0, digits.length - places));
  const sign = negative && rounded !== 0n ? '-' : '';
  return places === 0 ? `${sign}${integer}` : `${sign}${integer}.${digits.slice(-places)}`;
}

/** Quantities and prices: as they are, up to `places` decimals, without padding zeros. */
export function quantity(text: string | null | undefined, places = 6): string {
  if (text === null || text === undefined) return '–';
  const shown = figure(text, places);
  return places > 0 ? shown.replace(/\.?0+$/, '') : shown;
}

/** A fraction as a percentage with a sign: `"0.0523"` is `+5.23 %`. */
export function percent(text: string | null | undefined, places = 2): string {
  if (text === null || text === undefined) return '–';
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const padded = fraction.padEnd(2, '0');
  const shifted = `${BigInt(whole + padded.slice(0, 2))}.${padded.slice(2) || '0'}`;
  const shown = figure(shifted, places);
  const zero = /^[0.]*$/.test(shown);
  return `${zero ? '' : text.startsWith('-') ? '-' : '+'}${shown} %`;
}

/** A part of a whole as a percentage: `"0.1573"` is `15.73 %`. */
export function share(text: string | null | undefined): string {
  return percent(text).replace('+', '');
}

/** Basis points as they come, with a sign. */
export function basisPoints(text: string | null | undefined): string {
  if (text === null || text === undefined) return '–';
  const shown = figure(text, 2);
  return text.startsWith('-') || /^[0.]*$/.test(shown) ? shown : `+${shown}`;
}

/** `1,234`. */
export function count(value: number): string {
  return grouped(Math.round(value).toString());
}

/** A count with its noun: `1 row`, `2 rows`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** Seconds for people: `0.42 s`, `12 s`, `3 min 5 s`. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(2)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

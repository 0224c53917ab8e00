/**
 * Decimal texts as replies show them. Works on the text alone: a series of ten years has tens of
 * thousands of numbers, and parsing each only to print it would cost more than reading them.
 */

/** Without trailing zeros of the fraction: quantities, prices and rates. */
export function plainText(text: string): string {
  if (text.indexOf('.') < 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** The same with at least two decimals: money. */
export function moneyText(text: string): string {
  const plain = plainText(text);
  const point = plain.indexOf('.');
  if (point < 0) return `${plain}.00`;
  return plain.length - point === 2 ? `${plain}0` : plain;
}

export function plainOrNull(text: string | null): string | null {
  return text === null ? null : plainText(text);
}

export function moneyOrNull(text: string | null): string | null {
  return text === null ? null : moneyText(text);
}

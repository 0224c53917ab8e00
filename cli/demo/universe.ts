/** Which securities a demo of a given size has: the catalogue first, then as many more as asked for. */
import type { SecurityBody } from './bodies.ts';
import { CATALOGUE } from './catalogue.ts';
import type { SecuritySpec } from './catalogue.ts';
import { randomStream } from './random.ts';

const BEGINNINGS = [
  'Bran',
  'Cald',
  'Dorn',
  'Elv',
  'Fenn',
  'Grav',
  'Hest',
  'Ilm',
  'Jorv',
  'Kelm',
  'Lor',
  'Morv',
];
const ENDINGS = ['avel', 'brook', 'cotte', 'dane', 'enfels', 'gard', 'hollow', 'ingale', 'moss', 'wyn'];
const TRADES = ['Works', 'Systems', 'Foods', 'Freight', 'Chemicals', 'Devices', 'Holdings'];
const PLACES = [
  ['USD', 'US'],
  ['EUR', 'DE'],
  ['EUR', 'FR'],
  ['GBP', 'GB'],
  ['CHF', 'CH'],
] as const;
const SECTORS = ['Technology', 'Industrials', 'Health Care', 'Financials', 'Energy', 'Consumer Staples'];

function invented(seed: number, number: number): SecuritySpec {
  const random = randomStream(seed, `security/${number}`);
  const [currency, country] = random.pick(PLACES);
  return {
    id: `SEC_${String(number).padStart(5, '0')}`,
    name: `${random.pick(BEGINNINGS)}${random.pick(ENDINGS)} ${random.pick(TRADES)}`,
    type: 'equity',
    currency,
    country,
    sector: random.pick(SECTORS),
    assetClass: 'Equity',
    start: random.between(8, 240),
    drift: random.between(0, 0.1),
    volatility: random.between(0.15, 0.35),
    beta: random.between(0.5, 1.5),
    yield: random.between(0.005, 0.04),
    payments: random.pick([1, 2, 4]),
  };
}

/** `count` securities. A story whose counterpart is not among them is left out. */
export function universe(seed: number, count: number): SecuritySpec[] {
  const specs = CATALOGUE.slice(0, count);
  for (let number = specs.length + 1; number <= count; number++) specs.push(invented(seed, number));
  const known = new Set(specs.map((spec) => spec.id));
  return specs.map((spec) => {
    const { spunOffFrom, ends, ...plain } = spec;
    return {
      ...plain,
      ...(spunOffFrom && known.has(spunOffFrom.id) ? { spunOffFrom } : {}),
      ...(ends && (ends.into === undefined || known.has(ends.into)) ? { ends } : {}),
    };
  });
}

/**
 * An ISIN that cannot belong to anybody: ZZ is no country. The last digit is the check digit of
 * ISO 6166 (letters as 10 to 35, doubled alternately from the right).
 */
export function inventedIsin(number: number): string {
  const body = `ZZ${String(number).padStart(9, '0')}`;
  const digits = Array.from(body, (sign) => parseInt(sign, 36).toString()).join('');
  let total = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    total += digit > 9 ? digit - 9 : digit;
  }
  return `${body}${(10 - (total % 10)) % 10}`;
}

/** The command that registers the security. */
export function securityBody(spec: SecuritySpec, number: number): SecurityBody {
  return {
    security_id: spec.id,
    currency: spec.currency,
    name: spec.name,
    type: spec.type,
    ...(spec.type === 'crypto' ? {} : { isin: inventedIsin(number) }),
    symbol: spec.id.slice('SEC_'.length),
    asset_class: spec.assetClass,
    ...(spec.sector ? { sector: spec.sector } : {}),
    ...(spec.country ? { country: spec.country } : {}),
  };
}

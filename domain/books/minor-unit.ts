/** The smallest unit that amounts of a currency are paid in, after ISO 4217. */

const WITHOUT_DECIMALS = new Set([
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'ISK',
  'JPY',
  'KMF',
  'KRW',
  'PYG',
  'RWF',
  'UGX',
  'UYI',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
]);
const WITH_THREE_DECIMALS = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);

/** As a decimal: `0.01` for EUR, `1` for JPY; two decimals for what ISO 4217 does not know. */
export function minorUnit(currency: string): string {
  if (WITHOUT_DECIMALS.has(currency)) return '1';
  return WITH_THREE_DECIMALS.has(currency) ? '0.001' : '0.01';
}

/**
 * The invented securities of the demo and what happens to them. Moments are fractions of the demo's
 * span, so that a demo of one year has the same story as one of ten.
 */
import type { SecurityType } from '../../domain/events.ts';

export interface SecuritySpec {
  readonly id: string;
  readonly name: string;
  readonly type: SecurityType;
  readonly currency: string;
  readonly sector?: string;
  readonly country?: string;
  readonly assetClass: string;
  /** The close of its first day, in its currency. Bonds are quoted for 100 of nominal. */
  readonly start: number;
  /** Return a year and volatility a year of its own, and its sensitivity to the market. */
  readonly drift: number;
  readonly volatility: number;
  readonly beta: number;
  /** Dividends or coupons a year: as a part of the price, or of the nominal for a bond. */
  readonly yield?: number;
  readonly payments?: number;
  /** Paid back out of capital once a year, as a part of the price. */
  readonly returnOfCapital?: number;
  readonly split?: { readonly at: number; readonly ratio: number; readonly adjusted: boolean };
  readonly spunOffFrom?: {
    readonly id: string;
    readonly at: number;
    readonly ratio: string;
    readonly fraction: string;
  };
  /** Leaves the market: taken over, exchanged into another class, matured, or broken. */
  readonly ends?: {
    readonly at: number;
    readonly how: 'merger' | 'exchange' | 'maturity' | 'failure';
    readonly into?: string;
  };
}

type Quote = readonly [start: number, drift: number, volatility: number, beta: number];
type Extras = Pick<SecuritySpec, 'yield' | 'payments' | 'returnOfCapital' | 'split' | 'spunOffFrom' | 'ends'>;

function equity(
  id: string,
  name: string,
  where: readonly [currency: string, country: string, sector: string],
  [start, drift, volatility, beta]: Quote,
  extras: Extras = {},
): SecuritySpec {
  const [currency, country, sector] = where;
  const what = { type: 'equity', assetClass: 'Equity' } as const;
  return {
    id: `SEC_${id}`,
    name,
    currency,
    country,
    sector,
    start,
    drift,
    volatility,
    beta,
    ...what,
    ...extras,
  };
}

function other(
  kind: readonly [type: SecurityType, assetClass: string],
  id: string,
  name: string,
  currency: string,
  [start, drift, volatility, beta]: Quote,
  extras: Extras & Pick<SecuritySpec, 'country' | 'sector'> = {},
): SecuritySpec {
  const [type, assetClass] = kind;
  return { id: `SEC_${id}`, name, type, assetClass, currency, start, drift, volatility, beta, ...extras };
}

const quarterly = (yearly: number): Extras => ({ yield: yearly, payments: 4 });
const yearly = (rate: number): Extras => ({ yield: rate, payments: 1 });
const halfYearly = (rate: number): Extras => ({ yield: rate, payments: 2 });

/** Thirty securities; those with a story come first, so that a smaller demo keeps the stories. */
export const CATALOGUE: readonly SecuritySpec[] = [
  equity('NORVANE', 'Norvane Semiconductors Inc.', ['USD', 'US', 'Technology'], [118, 0.11, 0.24, 1.3], {
    ...quarterly(0.009),
    split: { at: 0.28, ratio: 4, adjusted: false },
  }),
  equity(
    'PELLUCE',
    'Pelluce Health Corp.',
    ['USD', 'US', 'Health Care'],
    [84, 0.06, 0.18, 0.8],
    quarterly(0.018),
  ),
  equity('PELDIAG', 'Peldiag Laboratories Inc.', ['USD', 'US', 'Health Care'], [20, 0.05, 0.25, 0.9], {
    spunOffFrom: { id: 'SEC_PELLUCE', at: 0.37, ratio: '0.25', fraction: '0.14' },
  }),
  equity('BRAKMOOR', 'Brakmoor Energy Corp.', ['USD', 'US', 'Energy'], [62, 0.04, 0.22, 1], quarterly(0.034)),
  equity('OSTRELL', 'Ostrell Petroleum Inc.', ['USD', 'US', 'Energy'], [27, 0.02, 0.26, 1.1], {
    ...quarterly(0.02),
    ends: { at: 0.56, how: 'merger', into: 'SEC_BRAKMOOR' },
  }),
  equity(
    'NORDHAFS',
    'Nordhafner Lagerhaus AG',
    ['EUR', 'DE', 'Industrials'],
    [38, 0.05, 0.2, 0.9],
    yearly(0.025),
  ),
  equity('NORDHAFV', 'Nordhafner Lagerhaus AG Vz.', ['EUR', 'DE', 'Industrials'], [35, 0.05, 0.2, 0.9], {
    ...yearly(0.029),
    ends: { at: 0.46, how: 'exchange', into: 'SEC_NORDHAFS' },
  }),
  other(['fund', 'Real Estate'], 'HARROWLEA', 'Harrowlea Property Trust', 'GBP', [4.2, 0.02, 0.12, 0.6], {
    ...quarterly(0.032),
    returnOfCapital: 0.012,
    country: 'GB',
    sector: 'Real Estate',
  }),
  other(['bond', 'Fixed Income'], 'ARKADE24', 'Republik Arkade 2.25 %', 'EUR', [101.4, 0, 0.02, -0.03], {
    ...yearly(0.0225),
    ends: { at: 0.86, how: 'maturity' },
    country: 'AT',
    sector: 'Government',
  }),
  other(['fund', 'Equity'], 'WELTALL', 'Meridane Welt Aktien ETF', 'EUR', [48.6, 0.05, 0.04, 1], {
    ...halfYearly(0.015),
    country: 'IE',
  }),
  other(['fund', 'Equity'], 'USBROAD', 'Meridane US Broad Market ETF', 'USD', [96.2, 0.06, 0.04, 1.05], {
    ...quarterly(0.014),
    country: 'US',
  }),
  other(['crypto', 'Digital Assets'], 'LUMENIT', 'Lumenit', 'USD', [410, 0.18, 0.55, 0.8]),
  equity('HALCYR', 'Halcyr Software Inc.', ['USD', 'US', 'Technology'], [205, 0.1, 0.25, 1.2], {
    split: { at: 0.63, ratio: 3, adjusted: true },
  }),
  equity(
    'RHEINFELS',
    'Rheinfelser Maschinen AG',
    ['EUR', 'DE', 'Industrials'],
    [72, 0.05, 0.2, 1.1],
    yearly(0.028),
  ),
  equity(
    'ALMVERDE',
    'Almverde Alimentos S.A.',
    ['EUR', 'ES', 'Consumer Staples'],
    [19.4, 0.04, 0.15, 0.6],
    halfYearly(0.036),
  ),
  equity(
    'SOLVARINE',
    'Solvarine Énergies S.A.',
    ['EUR', 'FR', 'Utilities'],
    [13.2, 0.04, 0.17, 0.7],
    yearly(0.048),
  ),
  equity(
    'THORNMERE',
    'Thornmere Laboratories plc',
    ['GBP', 'GB', 'Health Care'],
    [14.6, 0.05, 0.18, 0.7],
    halfYearly(0.033),
  ),
  equity(
    'WEXCOMBE',
    'Wexcombe Banking Group plc',
    ['GBP', 'GB', 'Financials'],
    [6.85, 0.02, 0.23, 1.2],
    halfYearly(0.051),
  ),
  equity(
    'ZELLMATT',
    'Zellmatter Präzision AG',
    ['CHF', 'CH', 'Industrials'],
    [142, 0.06, 0.18, 0.9],
    yearly(0.019),
  ),
  equity(
    'ARVENHOLZ',
    'Arvenholz Holding AG',
    ['CHF', 'CH', 'Health Care'],
    [88, 0.05, 0.15, 0.6],
    yearly(0.026),
  ),
  equity(
    'QUILLDON',
    'Quilldon Stores Inc.',
    ['USD', 'US', 'Consumer Discretionary'],
    [46, -0.03, 0.25, 1.1],
    quarterly(0.012),
  ),
  equity('VANTROSS', 'Vantross Motor Co.', ['USD', 'US', 'Consumer Discretionary'], [33, -0.06, 0.35, 1.5]),
  equity('TARNWYCK', 'Tarnwyck Broadcasting Corp.', ['USD', 'US', 'Communication'], [21, -0.32, 0.35, 1.2], {
    ends: { at: 0.71, how: 'failure' },
  }),
  other(['fund', 'Equity'], 'EMERGENT', 'Meridane Emerging Horizons Fund', 'USD', [22.75, 0.03, 0.07, 1.1], {
    ...yearly(0.018),
    country: 'LU',
  }),
  other(
    ['fund', 'Fixed Income'],
    'EUROCORP',
    'Meridane Euro Corporate Bond Fund',
    'EUR',
    [112.3, 0.015, 0.03, 0.08],
    {
      ...halfYearly(0.022),
      country: 'LU',
    },
  ),
  other(['bond', 'Fixed Income'], 'ARKADE31', 'Republik Arkade 1.50 % 2031', 'EUR', [99.1, 0, 0.035, -0.05], {
    ...yearly(0.015),
    country: 'AT',
    sector: 'Government',
  }),
  other(
    ['bond', 'Fixed Income'],
    'NORVBOND',
    'Norvane Semiconductors 4.10 % 2029',
    'USD',
    [100.6, 0, 0.035, 0.05],
    {
      ...halfYearly(0.041),
      country: 'US',
      sector: 'Corporate',
    },
  ),
  other(
    ['bond', 'Fixed Income'],
    'ZELLBOND',
    'Zellmatter Präzision 0.90 % 2027',
    'CHF',
    [99.8, 0, 0.025, 0.02],
    {
      ...yearly(0.009),
      country: 'CH',
      sector: 'Corporate',
    },
  ),
  other(['crypto', 'Digital Assets'], 'FERRITE', 'Ferrite', 'USD', [1.35, 0.32, 0.5, 0.9]),
  equity(
    'KESTMARK',
    'Kestmarker Assekuranz AG',
    ['EUR', 'DE', 'Financials'],
    [128, 0.05, 0.19, 1.1],
    yearly(0.038),
  ),
];

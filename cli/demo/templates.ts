/** The five portfolios of the demo: who they are and how they behave. Larger demos repeat them. */
import type { CostBasisMethod } from '../../domain/events.ts';
import type { PortfolioBody } from './bodies.ts';
import type { SecuritySpec } from './catalogue.ts';
import { randomStream } from './random.ts';

export interface Template {
  readonly name: string;
  readonly base: string;
  readonly method: CostBasisMethod;
  readonly timeZone: string;
  /** Base currency invested in equal parts on the first day. */
  readonly opening: number;
  readonly core: readonly string[];
  /** Base currency invested each month in equal parts. */
  readonly monthly: number;
  readonly plan: readonly string[];
  /** Chances a month of selling a part of a holding, and of buying more of one. */
  readonly sales: number;
  readonly purchases: number;
  /** Base currency taken out each month. */
  readonly withdrawal: number;
  /** Sold short now and then. */
  readonly shorts: readonly string[];
  /** Came in from another bank on the first day: units, carried over at a part of their value. */
  readonly arrivals: readonly { readonly id: string; readonly units: number; readonly costPart: number }[];
}

const NOTHING: Pick<Template, 'shorts' | 'arrivals' | 'withdrawal'> = {
  shorts: [],
  arrivals: [],
  withdrawal: 0,
};
const ids = (names: string): string[] => names.split(' ').map((name) => `SEC_${name}`);

export const TEMPLATES: readonly Template[] = [
  {
    ...NOTHING,
    name: 'Family savings',
    base: 'EUR',
    method: 'fifo',
    timeZone: 'Europe/Berlin',
    opening: 120_000,
    core: ids('WELTALL RHEINFELS NORDHAFV NORVANE THORNMERE ARVENHOLZ LUMENIT'),
    monthly: 2_000,
    plan: ids('WELTALL EMERGENT'),
    sales: 0.3,
    purchases: 0.35,
  },
  {
    ...NOTHING,
    name: 'Income foundation',
    base: 'EUR',
    method: 'average',
    timeZone: 'Europe/Zurich',
    opening: 900_000,
    core: ids('ARKADE24 ARKADE31 EUROCORP ZELLBOND SOLVARINE ALMVERDE HARROWLEA KESTMARK NORDHAFV WEXCOMBE'),
    monthly: 3_000,
    plan: ids('EUROCORP SOLVARINE'),
    sales: 0.45,
    purchases: 0.3,
    withdrawal: 2_500,
  },
  {
    ...NOTHING,
    name: 'Harbour long/short',
    base: 'USD',
    method: 'lifo',
    timeZone: 'America/New_York',
    opening: 1_500_000,
    core: ids('NORVANE HALCYR PELLUCE OSTRELL BRAKMOOR FERRITE'),
    monthly: 8_000,
    plan: ids('USBROAD'),
    sales: 0.7,
    purchases: 0.7,
    shorts: ids('QUILLDON VANTROSS'),
  },
  {
    ...NOTHING,
    name: 'Cascade tax-aware',
    base: 'USD',
    method: 'hifo',
    timeZone: 'America/New_York',
    opening: 400_000,
    core: ids('USBROAD PELLUCE OSTRELL TARNWYCK NORVBOND EMERGENT LUMENIT ZELLMATT'),
    monthly: 3_000,
    plan: ids('USBROAD HALCYR'),
    sales: 0.5,
    purchases: 0.4,
  },
  {
    ...NOTHING,
    name: 'Atelier selected lots',
    base: 'EUR',
    method: 'specific',
    timeZone: 'Europe/Berlin',
    opening: 250_000,
    core: ids('NORVANE PELLUCE WELTALL ZELLMATT WEXCOMBE TARNWYCK ARKADE24 FERRITE'),
    monthly: 1_500,
    plan: ids('WELTALL ALMVERDE'),
    sales: 0.35,
    purchases: 0.4,
    arrivals: [{ id: 'SEC_RHEINFELS', units: 320, costPart: 0.7 }],
  },
];

/** Holdings that move between two of the demo's portfolios, by their place in the list. */
export const HANDOVERS: readonly {
  readonly at: number;
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly part: number;
}[] = [
  { at: 0.51, id: 'SEC_USBROAD', from: 3, to: 0, part: 0.3 },
  { at: 0.8, id: 'SEC_KESTMARK', from: 1, to: 4, part: 0.25 },
];

/** The template of a portfolio by its place; the ones after the fifth hold a selection of their own. */
export function templateOf(
  place: number,
  seed: number,
  specs: readonly SecuritySpec[],
  holdings: number,
): Template {
  const template = TEMPLATES[place % TEMPLATES.length]!;
  const open = specs.filter((spec) => !spec.spunOffFrom);
  const known = new Set(open.map((spec) => spec.id));
  const only = (list: readonly string[]): string[] => list.filter((id) => known.has(id));
  if (place < TEMPLATES.length) {
    return {
      ...template,
      core: only(template.core),
      plan: only(template.plan),
      shorts: only(template.shorts),
      arrivals: template.arrivals.filter((arrival) => known.has(arrival.id)),
    };
  }
  const random = randomStream(seed, `selection/${place}`);
  const left = open.map((spec) => spec.id).filter((id) => !template.shorts.includes(id));
  const core: string[] = [];
  while (core.length < holdings && left.length > 0) {
    core.push(...left.splice(random.integer(0, left.length - 1), 1));
  }
  return {
    ...template,
    name: `${template.name} ${place + 1}`,
    core,
    plan: core.slice(0, 2),
    shorts: only(template.shorts),
    arrivals: [],
  };
}

/** The command that opens the portfolio. */
export function portfolioBody(place: number, template: Template, openDate: string): PortfolioBody {
  return {
    portfolio_id: `PORT_${String(place + 1).padStart(3, '0')}`,
    base_currency: template.base,
    name: template.name,
    open_date: openDate,
    cost_basis_method: template.method,
    cash: 'derived',
    allow_short: template.shorts.length > 0,
    time_zone: template.timeZone,
  };
}

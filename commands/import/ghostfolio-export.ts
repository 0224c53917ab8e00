/** The part of Ghostfolio's export that is read. Fields beyond it are its own business and passed over. */
import { z } from 'zod';
import { anyDecimal, instantOrDate, notNegative } from '../schemas/fields.ts';
import { fieldErrors } from '../schemas/issues.ts';
import type { Parsed } from '../parsed.ts';

export const ACTIVITY_TYPES = ['BUY', 'SELL', 'DIVIDEND', 'FEE', 'INTEREST', 'ITEM', 'LIABILITY'] as const;

const profile = z.object({
  symbol: z.string(),
  dataSource: z.string(),
  name: z.string().nullish(),
  assetClass: z.string().nullish(),
  assetSubClass: z.string().nullish(),
  isin: z.string().nullish(),
});

const activity = z.object({
  type: z.enum(ACTIVITY_TYPES),
  date: instantOrDate,
  symbol: z.string().min(1),
  dataSource: z.string().min(1),
  currency: z.string().min(1),
  quantity: notNegative,
  unitPrice: anyDecimal,
  fee: notNegative.optional(),
  accountId: z.string().nullish(),
  comment: z.string().nullish(),
  isDraft: z.boolean().nullish(),
});

export type Activity = z.output<typeof activity>;

const account = z.object({
  id: z.string(),
  name: z.string().nullish(),
  currency: z.string().nullish(),
});

const frame = z.object({
  accounts: z.array(account).nullish(),
  assetProfiles: z.array(profile).nullish(),
  user: z.object({ settings: z.object({ currency: z.string().nullish() }).nullish() }).nullish(),
});

export type Account = z.output<typeof account>;
export type AssetProfile = z.output<typeof profile>;

export interface GhostfolioExport {
  readonly activities: readonly unknown[];
}

export function isGhostfolioExport(value: unknown): value is GhostfolioExport {
  return (
    typeof value === 'object' && value !== null && 'activities' in value && Array.isArray(value.activities)
  );
}

/** What the activities refer to: accounts, asset profiles, and the user's currency. */
export interface Frame {
  readonly accounts: ReadonlyMap<string, Account>;
  /** By `dataSource symbol`. */
  readonly profiles: ReadonlyMap<string, AssetProfile>;
  readonly currency?: string;
}

export function readFrame(value: GhostfolioExport): Parsed<Frame> {
  const parsed = frame.safeParse(value);
  if (!parsed.success) return { ok: false, errors: fieldErrors(parsed.error.issues, value) };
  const { accounts, assetProfiles, user } = parsed.data;
  const currency = user?.settings?.currency;
  return {
    ok: true,
    value: {
      accounts: new Map(accounts?.map((each) => [each.id, each])),
      profiles: new Map(assetProfiles?.map((each) => [`${each.dataSource} ${each.symbol}`, each])),
      ...(currency ? { currency } : {}),
    },
  };
}

/** Older exports nest the symbol in the activity's profile. */
function flattened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('SymbolProfile' in value)) return value;
  const { SymbolProfile: nested } = value;
  if (typeof nested !== 'object' || nested === null) return value;
  return { ...nested, ...value };
}

export function readActivity(raw: unknown): Parsed<Activity> {
  const value = flattened(raw);
  const parsed = activity.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: fieldErrors(parsed.error.issues, value) };
}

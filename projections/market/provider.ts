/** The port of those who sell or keep prices: whole bars of the past, and live ticks. */
import type { Day } from '../../domain/dates.ts';
import type { Tier } from './model.ts';

export type BarInterval = '5min' | '1day';

export const BAR_INTERVALS: readonly BarInterval[] = ['5min', '1day'];

export const TIER_OF: Readonly<Record<BarInterval, Tier>> = { '5min': 'intraday', '1day': 'historical' };

export const FIVE_MINUTES_MS = 300_000;
export const DAY_MS = 86_400_000;

export interface BarRequest {
  /** As we name it; the provider's own name for it is the provider's affair. */
  readonly symbol: string;
  readonly interval: BarInterval;
  /** Unix milliseconds of the first bar wanted; of days, their midnight in UTC. */
  readonly from: number;
  /** After the last bar wanted. */
  readonly to: number;
  readonly signal?: AbortSignal;
  /** Told of every row that is no bar; the others are given all the same. */
  readonly onFault?: (fault: BarFault) => void;
}

/** A row that cannot be used: where it stands (`closes.csv line 12, high`), and what is wrong. */
export interface BarFault {
  readonly where: string;
  readonly rule: string;
}

/** A bar as somebody gave it: the figures are decimal text and not yet judged. */
export interface ProviderBar {
  /** A date, or a moment in Unix milliseconds. */
  readonly when: { readonly day: Day } | { readonly at: number };
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  /** Where it stands, for complaints. */
  readonly where: string;
}

export interface BarProvider {
  readonly name: string;
  /** The most bars that one request may be for. */
  readonly maxBars: number;
  /** Whether asking costs something, so that an answer of nothing is worth remembering. */
  readonly remote: boolean;
  /**
   * Bars of a symbol in any order, in batches of bounded size; there may be others around those wanted.
   * @throws ProviderError when they cannot be had
   */
  bars(request: BarRequest): AsyncIterable<readonly ProviderBar[]>;
}

/** A price as a source told it: what its message had in those places, not yet judged. */
export interface RawTick {
  readonly symbol: unknown;
  readonly price: unknown;
  /** Unix milliseconds, or what could not be read as a time. */
  readonly timestamp: unknown;
  readonly volume?: unknown;
  readonly bid?: unknown;
  readonly ask?: unknown;
}

/** What a live source tells of itself. */
export type SourceEvent =
  | { readonly type: 'connected' }
  /** It had been connected; `since` is when it was last heard of, in Unix milliseconds. */
  | { readonly type: 'reconnected'; readonly since: number }
  | { readonly type: 'lost'; readonly reason: string; readonly retryMs: number }
  /** Received; `unreadable` of them were not what the configuration says. */
  | { readonly type: 'messages'; readonly count: number; readonly unreadable: number };

export interface LiveRun {
  /** Ends the run, which then resolves. */
  readonly signal: AbortSignal;
  readonly take: (ticks: readonly RawTick[]) => void;
  /** Resolves when there is room for more: a source that can wait does so before it asks. */
  readonly room: () => Promise<void>;
  readonly tell: (event: SourceEvent) => void;
}

/** Live prices of one provider. It connects again by itself, for ever. */
export interface LiveSource {
  readonly name: string;
  readonly symbols: readonly string[];
  run(run: LiveRun): Promise<void>;
}

/** The providers that an operator has named. */
export interface Providers {
  /** Those that give whole bars, and those that give live prices, in the order of the file. */
  readonly ofBars: readonly string[];
  readonly live: readonly string[];
  /** @throws ProviderError for one that there is not, or whose credentials are missing */
  bars(name: string): BarProvider;
  source(name: string): LiveSource;
  /** Who fills the gaps of a live provider, if anybody. */
  gapFiller(name: string): string | undefined;
}

export type ProviderErrorCode =
  /** The file of providers, or what a provider would need, is not as it must be. */
  | 'bad_provider'
  /** It does not answer, or with an error of its own, however often it is asked. */
  | 'unavailable'
  /** It answers that we may not. */
  | 'refused'
  /** What it answered cannot be read, or is too large. */
  | 'bad_answer'
  /** We were told to stop. */
  | 'stopped';

/** Its message and its causes hold no credentials. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ProviderError';
    this.code = code;
  }
}

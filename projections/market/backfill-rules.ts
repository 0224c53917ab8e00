/** What a provider's bar must be like to be stored. */
import { textOfUnits, unitsOfText } from '../../domain/market/units.ts';
import type { ProviderBar } from './provider.ts';

/** Figures as they are stored: decimal text of eight decimals at most. */
export interface BarFigures {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

export type Judged =
  { readonly ok: true; readonly figures: BarFigures } | { readonly ok: false; readonly rule: string };

function refused(rule: string): Judged {
  return { ok: false, rule };
}

/** Figures of more than eight decimals are rounded half-even before they are judged. */
export function judgeBar(bar: ProviderBar): Judged {
  const open = unitsOfText(bar.open);
  const high = unitsOfText(bar.high);
  const low = unitsOfText(bar.low);
  const close = unitsOfText(bar.close);
  const volume = unitsOfText(bar.volume);
  if (open === undefined || high === undefined || low === undefined || close === undefined)
    return refused('open, high, low and close must be numbers of at most 12 digits before the point');
  if (volume === undefined) return refused('volume must be a number of at most 12 digits before the point');
  if (open <= 0n || high <= 0n || low <= 0n || close <= 0n)
    return refused('prices must be greater than zero');
  if (volume < 0n) return refused('volume must not be below zero');
  if (high < open || high < close) return refused('high must not be below open or close');
  if (low > open || low > close) return refused('low must not be above open or close');
  return {
    ok: true,
    figures: {
      open: textOfUnits(open),
      high: textOfUnits(high),
      low: textOfUnits(low),
      close: textOfUnits(close),
      volume: textOfUnits(volume),
    },
  };
}

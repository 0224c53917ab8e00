/** Closes of trading days become prices of the securities that carry their symbol. */
import type { CommandHandler } from './handler/handler.ts';
import { rawItems } from './handler/types.ts';

/** The close of a bar made of ticks, on a trading day that is over. */
export interface DailyClose {
  readonly symbol: string;
  /** The exchange whose calendar the bar follows. */
  readonly exchange: string;
  /** ISO, the exchange's own date. */
  readonly date: string;
  /** Decimal text. */
  readonly close: string;
  /** Securities that carry the symbol and have no price of that date yet. */
  readonly securityIds: readonly string[];
}

export interface DailyCloses {
  /**
   * Those not marked yet, in the order of their dates, of a bounded number of symbols.
   * @param now Unix milliseconds: days that close later are not over
   */
  due(now: number): Promise<readonly DailyClose[]>;
  /** These will not be due again. */
  mark(closes: readonly DailyClose[]): Promise<void>;
}

export interface MarketClosesOptions {
  readonly closes: DailyCloses;
  readonly commands: Pick<CommandHandler, 'run'>;
  readonly now: () => number;
  /** Told how many prices were recorded. */
  readonly onRecorded?: (prices: number) => void;
  readonly onError: (error: unknown) => void;
}

export interface MarketCloses {
  /**
   * Offers what is due to the books; a price that is known already is never replaced.
   * @returns how many prices were recorded
   */
  step(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;

/**
 * A close is marked after it has been recorded: whoever dies in between records it again, which the log
 * knows for a repetition.
 */
export function createMarketCloses(options: MarketClosesOptions): MarketCloses {
  const { closes, commands, now, onRecorded, onError } = options;
  let timer: NodeJS.Timeout | undefined;
  let stepping: Promise<unknown> = Promise.resolve();

  async function step(): Promise<number> {
    let recorded = 0;
    for (;;) {
      const due = await closes.due(now());
      if (due.length === 0) return recorded;
      const prices = due.flatMap(({ securityIds, date, close }) =>
        securityIds.map((security_id) => ({ security_id, date, price: close })),
      );
      if (prices.length > 0) {
        const { results } = await commands.run('prices', rawItems(prices), { source: 'cli' });
        const accepted = results.filter(({ status }) => status === 'accepted').length;
        if (accepted > 0) onRecorded?.(accepted);
        recorded += accepted;
        for (const { id, error } of results) if (error) onError(new Error(`${id}: ${error.message}`));
      }
      await closes.mark(due);
    }
  }

  return {
    step,
    start() {
      if (timer) return;
      let busy = false;
      const look = () => {
        if (busy) return;
        busy = true;
        stepping = step()
          .catch(onError)
          .finally(() => (busy = false));
      };
      look();
      timer = setInterval(look, LOOK_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await stepping;
    },
  };
}

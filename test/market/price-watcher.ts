/** A client that watches prices, and notices when one goes back in time. */
import { connectSocket } from '../support/socket-client.ts';
import type { Told } from '../support/socket-client.ts';

export interface PriceWatcher {
  readonly told: readonly Told[];
  /** The last price told of a symbol. */
  price(symbol: string): number | undefined;
  /** Symbols whose prices went back in time. */
  backwards(): string[];
  say(message: object): void;
  close(): Promise<void>;
}

/** @param url of the HTTP server; the path is `/ws` */
export async function watchPrices(url: string): Promise<PriceWatcher> {
  const { ws, told, say, close } = await connectSocket(`${url.replace(/^http/, 'ws')}/ws`);
  // A server that is killed cuts it; the test sees it by what does not come.
  ws.on('error', () => undefined);
  const updates = () => told.filter(({ type }) => type === 'price_update');
  return {
    told,
    price: (symbol) => {
      const last = updates().findLast((update) => update.symbol === symbol);
      return last && Number(last.data?.['price']);
    },
    backwards() {
      const times = new Map<string, number>();
      return updates().flatMap(({ symbol = '', data }) => {
        const [before, time] = [times.get(symbol) ?? 0, Number(data?.['timestamp'])];
        times.set(symbol, time);
        return time < before ? [symbol] : [];
      });
    },
    say,
    close,
  };
}

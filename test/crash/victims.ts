/** Workers that are killed at random moments of what they do. */
import { setTimeout as delay } from 'node:timers/promises';
import { startWorker } from '../support/child.ts';
import type { Order, Worker } from '../support/child.ts';
import type { Random } from '../support/random.ts';

export interface Victims {
  /**
   * Gives a worker an order and kills it somewhere between at once and `window` milliseconds later.
   * @returns whether that was before it had finished
   */
  kill(order: Order, window: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Another worker starts while the one before is busy dying: starting one takes longer than all the rest. */
export function createVictims(url: string, random: Random): Victims {
  let spare: Promise<Worker> = startWorker(url);
  return {
    async kill(order, window) {
      const worker = await spare;
      spare = startWorker(url);
      await worker.begin(order);
      await delay(random.next() * window);
      const unfinished = !worker.finished();
      await worker.kill();
      return unfinished;
    },
    close: async () => (await spare).kill(),
  };
}

/**
 * Runs rounds until so many of them have hit a worker that was busy. The window follows what is seen: it
 * shrinks when workers get away, so that a faster machine kills as many.
 *
 * @param round gets its number and the window in milliseconds, and tells whether it hit
 */
export async function untilHit(
  hits: number,
  window: number,
  round: (number: number, window: number) => Promise<boolean>,
): Promise<void> {
  let hit = 0;
  for (let number = 0; hit < hits; number++) {
    if (number >= hits * 5) throw new Error(`only ${hit} of ${number} kills hit a worker that was busy`);
    if (await round(number, window)) hit += 1;
    else window *= 0.6;
  }
}

/** Long work that others are not to wait for. */
import { setImmediate } from 'node:timers/promises';

/** Resolves when everybody else who waits has had a turn of the event loop. */
export const turn: () => Promise<void> = () => setImmediate();

/** The pieces as one, others having their turn between the making of one and the next. */
export async function madeInTurns(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const made: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length > 0) made.push(piece);
    await turn();
  }
  return made.length === 1 ? made[0]! : Buffer.concat(made);
}

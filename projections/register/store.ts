/** The port through which the register reads and writes one generation. */
import type { Known, Mentioned, RegisterChanges } from './model.ts';

export interface RegisterSession {
  /** Loads the records of the ids that `known` does not hold yet into it. */
  load(mentioned: Mentioned, known: Known): Promise<void>;
  write(changes: RegisterChanges): Promise<void>;
  /** Moves the checkpoint. */
  advance(to: number): Promise<void>;
}

export interface RegisterStore {
  /**
   * Runs `work` in one transaction that holds the checkpoint, so that no event is registered twice
   * however many processes try. Returns `undefined` without running it when another process holds it.
   */
  exclusively<T>(work: (session: RegisterSession, position: number) => Promise<T>): Promise<T | undefined>;
  position(): Promise<number>;
}

/** What is wrong with a condition, and where. */

export interface ConditionError {
  /** Characters before what is wrong. */
  readonly position: number;
  /** A stable name. */
  readonly rule: string;
  readonly message: string;
}

/** Ends the reading of a condition; it does not leave the parser. */
export class Refusal extends Error {
  readonly error: ConditionError;

  constructor(position: number, rule: string, message: string) {
    super(message);
    this.error = { position, rule, message };
  }
}

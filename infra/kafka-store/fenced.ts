/** Leaves a transaction whose batch belongs to somebody else by now. */
export class Fenced extends Error {
  readonly code = 'fenced';

  constructor() {
    super('the partition is in other hands');
    this.name = 'Fenced';
  }
}

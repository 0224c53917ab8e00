/**
 * What happened to the portfolios of the golden log, as commands in the order in which they arrived. The log
 * itself is `log.ndjson`: these lines made it once and say in fewer words what is in it.
 *
 * Nine portfolios from January to April 2024, a leap day and two changes of the clock among them: every type
 * of transaction, every cost basis, shorts, derived and explicit cash, cross rates, what comes late, what is
 * corrected and taken back.
 */
import type { Step } from './building.ts';
import { AMENDED, FEBRUARY } from './february.ts';
import { MARCH } from './march.ts';
import { JANUARY, MASTER } from './opening.ts';

export const HISTORY: readonly Step[] = [...MASTER, ...JANUARY, ...FEBRUARY, ...AMENDED, ...MARCH];

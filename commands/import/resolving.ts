/** What the steps of an import's resolution share. */
import type { EventLog } from '../../domain/log.ts';
import type { Lookups } from '../handler/lookups.ts';
import type { Draft } from './draft.ts';
import type { Known } from './known.ts';
import type { Output } from './output.ts';
import type { ProblemList } from './problems.ts';

export interface Resolving {
  readonly log: EventLog;
  readonly lookups: Lookups;
  readonly draft: Draft;
  readonly known: Known;
  readonly problems: ProblemList;
  readonly output: Output;
}

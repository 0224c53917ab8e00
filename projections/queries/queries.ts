/**
 * What the read side's use cases run on. HTTP and the CLI are given one of these and call the functions
 * beside this file, such as `positionsOn(queries.reader, …)`.
 */
import type { EventLog } from '../../domain/log.ts';
import type { DefinitionReads } from '../definitions/definitions.ts';
import { createDefinitions } from '../definitions/reads.ts';
import type { ReadModels } from './read-model.ts';
import { createReader } from './reading.ts';
import type { Reader } from './reading.ts';

export type ReadableLog = Pick<EventLog, 'head' | 'positionAt' | 'readFeed'>;

export interface Queries {
  readonly reader: Reader;
  readonly log: ReadableLog;
  /** Groups, benchmarks and uploaded series. */
  readonly definitions: DefinitionReads;
}

export function createQueries(models: ReadModels, log: ReadableLog): Queries {
  const definitions = createDefinitions(log);
  return { reader: createReader(models, log, definitions), log, definitions };
}

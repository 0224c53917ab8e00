/** The one transaction that everything of a batch goes into. */
import type { CommitOutcome, IngestStore } from '../../commands/ingest/ports.ts';
import { EventLogError } from '../../domain/log-error.ts';
import { EVENT_SHAPES } from '../../domain/upcast.ts';
import { DatabaseError } from '../database/errors.ts';
import type { Database } from '../database/queryable.ts';
import { appendBatch } from '../event-store/append.ts';
import { encodeRequest } from '../event-store/encoded-request.ts';
import { insertDeadLetters } from './dead-letters.ts';
import { Fenced } from './fenced.ts';
import { advanceOffset } from './offsets.ts';

/** Leaves a transaction that was decided without what somebody else has appended meanwhile. */
class Raced extends Error {}

export function createIngestStore(database: Database): IngestStore {
  return {
    async commit({ batch, requests, deadLetters }) {
      try {
        // Everything that can be done beforehand is: the log is locked from the append to the commit.
        const encoded = requests.map((request) => encodeRequest(request, EVENT_SHAPES));
        await database.transaction(async (tx) => {
          if (!(await advanceOffset(tx, batch))) throw new Fenced();
          await insertDeadLetters(tx, batch, deadLetters);
          if (encoded.length === 0) return;
          const outcomes = await appendBatch(tx, encoded);
          if (outcomes.some(({ status }) => status !== 'appended')) throw new Raced();
        });
        return { status: 'committed' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

/** Whether the database would refuse this again, for what is in it: a text it cannot hold, for instance. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof EventLogError) return error.code === 'invalid_append';
  const state = error instanceof DatabaseError ? error.sqlState : undefined;
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}

function outcomeOf(error: unknown): CommitOutcome {
  if (error instanceof Fenced) return { status: 'fenced' };
  if (error instanceof Raced) return { status: 'raced' };
  if (isRefusal(error)) return { status: 'refused', reason: error.message };
  throw error;
}

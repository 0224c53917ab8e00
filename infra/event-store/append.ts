import type { AppendOutcome, ExpectedVersion } from '../../domain/log.ts';
import type { Queryable } from '../database/queryable.ts';
import { int2Array, int4Array, int8Array, textArray, timestamptzArray } from './binary-array.ts';
import type { EncodedRequest } from './encoded-request.ts';

const APPEND_EVENTS = `
  select status, first_position, last_position, version
  from append_events(
    $1::text[], $2::text[],
    $3::integer[], $4::bigint[], $5::integer[], $6::integer[], $7::text[],
    $8::integer[], $9::text[], $10::smallint[], $11::timestamptz[], $12::json[], $13::json[]
  )`;

interface OutcomeRow {
  readonly status: AppendOutcome['status'];
  readonly first_position: number | null;
  readonly last_position: number | null;
  readonly version: number | null;
}

/**
 * Appends requests in order in one statement, hence in one transaction and one round trip. Each gets
 * its own outcome, as if they had been executed one after another.
 * @throws DatabaseError when the store fails; nothing was appended then, unless the code is `unavailable`.
 */
export async function appendBatch(
  database: Queryable,
  requests: readonly EncodedRequest[],
): Promise<AppendOutcome[]> {
  const rows = await database.query<OutcomeRow>(APPEND_EVENTS, columnsOf(requests));
  return rows.map((row, index) => outcomeOf(row, requests[index]!));
}

function columnsOf(requests: readonly EncodedRequest[]): Buffer[] {
  const streams = new Places();
  const keys = new Places();
  const requestStream = requests.map(({ streamId }) => streams.of(streamId));
  const requestKey = requests.map(({ key }) => (key === undefined ? 0 : keys.of(key)));
  const events = requests.flatMap((request) => request.events);
  return [
    textArray(streams.items),
    textArray(keys.items),
    int4Array(requestStream),
    int8Array(requests.map(({ expected }) => expectedNumber(expected))),
    int4Array(requests.map((request) => request.events.length)),
    int4Array(requestKey),
    textArray(requests.map(({ fingerprint }) => fingerprint)),
    int4Array(requests.flatMap((request, index) => request.events.map(() => index + 1))),
    textArray(events.map(({ type }) => type)),
    int2Array(events.map(({ schemaVersion }) => schemaVersion)),
    timestamptzArray(events.map(({ effectiveMicros }) => effectiveMicros)),
    textArray(
      events.map(({ data }) => data),
      'json',
    ),
    textArray(
      events.map(({ metadata }) => metadata),
      'json',
    ),
  ];
}

/** Distinct texts and their 1-based places in order of appearance. */
class Places {
  readonly items: string[] = [];
  readonly #places = new Map<string, number>();

  of(item: string): number {
    let place = this.#places.get(item);
    if (place === undefined) {
      place = this.items.push(item);
      this.#places.set(item, place);
    }
    return place;
  }
}

function expectedNumber(expected: ExpectedVersion): bigint {
  if (expected === 'any') return -1n;
  return expected === 'none' ? 0n : BigInt(expected);
}

function outcomeOf(row: OutcomeRow, request: EncodedRequest): AppendOutcome {
  const firstPosition = row.first_position ?? 0;
  const lastPosition = row.last_position ?? 0;
  const version = row.version ?? 0;
  switch (row.status) {
    case 'appended':
      return { status: 'appended', firstPosition, lastPosition, version };
    case 'duplicate':
      return { status: 'duplicate', firstPosition, lastPosition };
    case 'version_conflict':
      return { status: 'version_conflict', expected: request.expected, actual: version };
    case 'key_conflict':
      return { status: 'key_conflict', key: request.key ?? '', firstPosition };
    default:
      return row.status satisfies never;
  }
}

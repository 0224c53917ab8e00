import type { AppendOutcome, AppendRequest } from '../../domain/log.ts';

/** A request whose key was used before: by a stored append, or by an earlier request of the bulk. */
export interface Repeat {
  readonly request: number;
  /** The earlier request of the bulk; null for a stored append, whose positions follow. */
  readonly owner: number | null;
  readonly first_position: number | null;
  readonly last_position: number | null;
  readonly same_fingerprint: boolean;
}

export interface LogBefore {
  readonly head: number;
  /** The versions of the streams concerned; those that do not exist may be missing. */
  readonly versions: ReadonlyMap<string, number>;
}

/**
 * The outcome of each request of a bulk, as if they were executed one after another. Where any of them
 * conflicts nothing is committed, and the positions are those the others would have had.
 */
export function bulkOutcomes(
  requests: readonly AppendRequest[],
  before: LogBefore,
  repeats: ReadonlyMap<number, Repeat>,
): AppendOutcome[] {
  const versions = new Map(before.versions);
  const outcomes: AppendOutcome[] = [];
  let head = before.head;
  for (const [index, request] of requests.entries()) {
    const repeat = repeats.get(index);
    const repeated = repeat && repeatOutcome(request, repeat, outcomes);
    const version = versions.get(request.streamId) ?? 0;
    if (repeated) {
      outcomes.push(repeated);
    } else if (request.expected === 'none' && version > 0) {
      outcomes.push({ status: 'version_conflict', expected: 'none', actual: version });
    } else {
      const firstPosition = head + 1;
      head += request.events.length;
      const after = version + request.events.length;
      versions.set(request.streamId, after);
      outcomes.push({ status: 'appended', firstPosition, lastPosition: head, version: after });
    }
  }
  return outcomes;
}

/** Undefined when the earlier request was itself refused, so that the key is still free. */
function repeatOutcome(
  request: AppendRequest,
  repeat: Repeat,
  outcomes: readonly AppendOutcome[],
): AppendOutcome | undefined {
  const owner = repeat.owner === null ? undefined : outcomes[repeat.owner];
  if (owner && owner.status !== 'appended') return undefined;
  const firstPosition = owner?.firstPosition ?? repeat.first_position ?? 0;
  const lastPosition = owner?.lastPosition ?? repeat.last_position ?? 0;
  return repeat.same_fingerprint
    ? { status: 'duplicate', firstPosition, lastPosition }
    : { status: 'key_conflict', key: request.idempotency?.key ?? '', firstPosition };
}

export function conflicts({ status }: AppendOutcome): boolean {
  return status === 'version_conflict' || status === 'key_conflict';
}

/** The rows of an import in the text format of `COPY`, made one by one as the server takes them. */
import type { AppendRequest } from '../../domain/log.ts';
import type { EventShapes } from '../../domain/upcast.ts';
import { encodeEvent } from './encoded-request.ts';

/** Columns: request, stream_id, must_be_new, events, key, fingerprint. */
export function* requestRows(requests: readonly AppendRequest[]): Generator<string> {
  for (const [index, { streamId, expected, events, idempotency }] of requests.entries()) {
    yield row([
      String(index),
      field(streamId),
      expected === 'none' ? 't' : 'f',
      String(events.length),
      idempotency ? field(idempotency.key) : '\\N',
      idempotency ? field(idempotency.fingerprint) : '\\N',
    ]);
  }
}

/**
 * Columns: request, ordinal (1-based, within the request), type, schema_version, effective_at, data,
 * metadata.
 * @throws EventLogError `invalid_append`
 */
export function* eventRows(requests: readonly AppendRequest[], shapes: EventShapes): Generator<string> {
  for (const [index, request] of requests.entries()) {
    for (const [ordinal, event] of request.events.entries()) {
      const encoded = encodeEvent(request, event, shapes);
      yield row([
        String(index),
        String(ordinal + 1),
        field(encoded.type),
        String(encoded.schemaVersion),
        event.effectiveAt,
        field(encoded.data),
        field(encoded.metadata),
      ]);
    }
  }
}

const row = (fields: readonly string[]): string => `${fields.join('\t')}\n`;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Most fields hold nothing special, and looking is much cheaper than replacing. */
function field(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPED[character]!) : text;
}

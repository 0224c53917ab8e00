/** Failures that many operations answer alike stand in the document once, under the names of their kinds. */
import { PROBLEMS } from '../http/problem.ts';
import { mapOperations, mapReplies } from './complete.ts';
import type { Document, Reply } from './complete.ts';

const KIND_OF = new Map<string, string>(Object.entries(PROBLEMS).map(([kind, [, title]]) => [title, kind]));

export function withSharedReplies(document: Document): Document {
  const shared: Record<string, Reply> = {};
  const refer = (status: string, reply: Reply): Reply => {
    const name = Number(status) < 400 ? undefined : nameOf(reply);
    if (name === undefined) return reply;
    const known = shared[name];
    // Two of one name that differ, as with texts of their own, stand where they are.
    if (known && JSON.stringify(known) !== JSON.stringify(reply)) return reply;
    shared[name] = reply;
    return { $ref: `#/components/responses/${name}` };
  };
  const mapped = mapOperations(document, (_, __, { responses = {}, ...operation }) => ({
    ...operation,
    responses: mapReplies(responses, refer),
  }));
  return { ...mapped, components: { ...mapped.components, responses: shared } };
}

/** `InvalidParameterOrMalformedBody`, with `Market` in front where it is the envelope of market data. */
function nameOf(reply: Reply): string | undefined {
  if (!('content' in reply)) return undefined;
  const { description, content } = reply;
  const kinds = description.split('; ').map((title) => KIND_OF.get(title));
  if (kinds.includes(undefined)) return undefined;
  const name = kinds.map((kind) => pascalCase(kind ?? '')).join('Or');
  return content !== undefined && 'application/json' in content ? `Market${name}` : name;
}

function pascalCase(kind: string): string {
  return kind.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

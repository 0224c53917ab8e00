/** Operations, schemas and members that say nothing of themselves, or their type alone, get their meaning from the vocabulary. */
import { fraction, money, number } from '../reads/values.ts';
import { node, nodes, text } from './schema-view.ts';
import type { Node } from './schema-view.ts';
import { WORDS_OF_OPERATION } from './words-of-operation.ts';
import { WORDS_OF_REQUESTS } from './words-of-requests.ts';
import { WORDS_OF_SCHEMAS } from './words-of-schemas.ts';
import { WORDS } from './words.ts';

const MEMBERS = new Map(Object.entries({ ...WORDS, ...WORDS_OF_OPERATION }));
const SCHEMAS = new Map(Object.entries(WORDS_OF_SCHEMAS));

/** Of values wherever they stand: they tell what a text looks like and not what it is. */
const OF_TYPES = new Set([money, number, fraction].map((schema) => schema.description));

/** Values, in which what looks like a schema is none. */
const VALUES = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** The same document with a description at every operation, schema and member that there is a word for. */
export function described(document: object): Node {
  return node(walk(document, ''));
}

/** @param owner the schema, operation or member that it belongs to */
function walk(value: unknown, owner: string): unknown {
  if (Array.isArray(value)) return value.map((each) => walk(each, owner));
  if (typeof value !== 'object' || value === null) return value;
  const operation = text(node(value)['operationId']);
  const inside = operation ?? owner;
  return mapped(operation === undefined ? value : withSentence(operation, value), (key, each) => {
    if (VALUES.has(key)) return each;
    if (key === 'properties')
      return mapped(each, (name, member) => withWord(inside, name, walk(member, name)));
    if (key === 'schemas') return mapped(each, (name, schema) => named(name, walk(schema, name)));
    return walk(each, inside);
  });
}

function mapped(value: unknown, map: (key: string, value: unknown) => unknown): Node {
  return Object.fromEntries(Object.entries(node(value)).map(([key, each]) => [key, map(key, each)]));
}

function withSentence(operation: string, value: unknown): unknown {
  const description = WORDS_OF_REQUESTS.get(operation);
  return description === undefined ? value : { description, ...node(value) };
}

function named(name: string, schema: unknown): unknown {
  const description = SCHEMAS.get(name);
  return description === undefined ? schema : { description, ...node(schema) };
}

function withWord(owner: string, name: string, value: unknown): unknown {
  const word = MEMBERS.get(`${owner}.${name}`) ?? MEMBERS.get(name);
  const member = node(value);
  const said = descriptionsOf(member);
  if (word === undefined || said.some((each) => !OF_TYPES.has(each))) return value;
  return { ...member, description: [word, ...new Set(said)].join(' ') };
}

/** Its own, or those of what it can be. */
function descriptionsOf(member: Node): string[] {
  return [member, ...nodes(member['anyOf'])].flatMap((each) => text(each['description']) ?? []);
}

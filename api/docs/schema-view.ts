/** Schemas of the document in words. */
import { escapeHtml, inlineProse } from './html.ts';

/** A piece of the document whose shape is looked at and not assumed. */
export type Node = Readonly<Record<string, unknown>>;

export function node(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(node) : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A type in a few words: `text`, `number or decimal`, `list of Position`, `one of a, b`. */
export function typeOf(schema: Node): string {
  const reference = text(schema['$ref']);
  if (reference !== undefined) {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  const choices = nodes(schema['anyOf'] ?? schema['oneOf']);
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' or ');
  if (Array.isArray(schema['enum']))
    return `one of ${schema['enum'].map((v) => `<code>${escapeHtml(String(v))}</code>`).join(', ')}`;
  if ('const' in schema) return `<code>${escapeHtml(String(schema['const']))}</code>`;
  const types = [schema['type']].flat().map(String);
  return types
    .map((type) => (type === 'array' ? `list of ${typeOf(node(schema['items']))}` : named(type, schema)))
    .join(' or ');
}

/** Of a text, what it is the text of: `decimal`, `date`. */
function named(type: string, schema: Node): string {
  if (type === 'string') return escapeHtml(text(schema['format']) ?? 'text');
  return type === 'undefined' ? 'anything' : escapeHtml(type);
}

/** The members of an object schema as a table, those of objects within it after theirs; nothing for other schemas. */
export function membersTable(schema: Node): string {
  const rows = memberRows(schema, '');
  if (rows.length === 0) return '';
  return `<table><tr><th>Member</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

function memberRows(schema: Node, before: string): string[] {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'].map(String) : []);
  return Object.entries(node(schema['properties'])).flatMap(([name, value]) => {
    const member = node(value);
    const mark = required.has(name) ? '' : ' ?';
    const path = `${before}${name}`;
    const row = `<tr><td><code>${escapeHtml(path)}</code>${mark}</td><td>${typeOf(member)}</td><td>${inlineProse(text(member['description']))}</td></tr>`;
    const items = node(member['items']);
    return [row, ...memberRows(member, `${path}.`), ...memberRows(items, `${path}[].`)];
  });
}

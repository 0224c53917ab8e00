/** The documentation as one page: drawn on the server, no scripts, nothing fetched from anywhere. */
import { createHash } from 'node:crypto';
import { escapeHtml, inlineProse, prose } from './html.ts';
import { membersTable, node, nodes, text, typeOf } from './schema-view.ts';
import type { Node } from './schema-view.ts';
import { STYLE } from './style.ts';

/** Lets the page have its style and nothing else. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

export function documentationPage(document: object): string {
  const root = node(document);
  const info = node(root['info']);
  const operations = operationsOf(node(root['paths']));
  const sections = nodes(root['tags']).map((tag) => {
    const name = text(tag['name']) ?? '';
    const own = operations.filter((operation) => operation.tag === name);
    return { name, description: text(tag['description']), own };
  });
  const components = node(root['components']);
  const schemas = Object.entries(node(components['schemas']));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(text(info['title']) ?? 'API')}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(text(info['title']) ?? 'API')}</h1>
${prose(text(info['description']))}
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
<nav><ul>${sections.map(({ name }) => `<li><a href="#${anchor(name)}">${escapeHtml(name)}</a></li>`).join('')}<li><a href="#headers">Headers of every reply</a></li><li><a href="#schemas">Schemas</a></li></ul></nav>
${sections.map(({ name, description, own }) => `<h2 id="${anchor(name)}">${escapeHtml(name)}</h2>${prose(description)}${own.map(operationView).join('')}`).join('\n')}
<h2 id="headers">Headers of every reply</h2>
<p>Or of those that their words name.</p>${headersTable(node(components['headers']))}
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => schemaView(name, node(schema))).join('\n')}
</body></html>`;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly content: Node;
}

function operationsOf(paths: Node): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(node(item)).map(([method, content]) => {
      const operation = node(content);
      const tag = [operation['tags']].flat()[0];
      return { method, path, tag: String(tag), content: operation };
    }),
  );
}

function anchor(name: string): string {
  return escapeHtml(name.toLowerCase().replace(/\W+/g, '-'));
}

function operationView({ method, path, content }: Operation): string {
  const id = escapeHtml(text(content['operationId']) ?? '');
  // The anchor is within: a browser that is sent to it opens what it stands in.
  return `<details class="${escapeHtml(method)}"><summary><b>${escapeHtml(method.toUpperCase())}</b><code>${escapeHtml(path)}</code><span>${inlineProse(text(content['summary']))}</span></summary><div id="${id}">
${prose(text(content['description']))}<p>${scopesOf(content)} <a href="#${id}"><code>${id}</code></a></p>${parametersView(nodes(content['parameters']))}${bodyView(node(content['requestBody']))}${repliesView(node(content['responses']))}</div></details>`;
}

function scopesOf(operation: Node): string {
  const scopes = nodes(operation['security']).flatMap(({ bearer }) => [bearer].flat().map(String));
  if (scopes.length === 0) return 'For everybody.';
  return `Scope ${scopes.map((scope) => `<code>${escapeHtml(scope)}</code>`).join(', ')}.`;
}

function parametersView(parameters: readonly Node[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map((parameter) => {
    const mark = parameter['required'] === true ? '' : ' ?';
    const example = parameter['example'] ?? node(parameter['schema'])['example'];
    const such = example === undefined ? '' : ` Such as <code>${escapeHtml(exampleText(example))}</code>.`;
    return `<tr><td><code>${escapeHtml(text(parameter['name']) ?? '')}</code>${mark}</td><td>${escapeHtml(text(parameter['in']) ?? '')}</td><td>${typeOf(node(parameter['schema']))}</td><td>${inlineProse(text(parameter['description']))}${such}</td></tr>`;
  });
  return `<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

function bodyView(body: Node): string {
  const contents = Object.entries(node(body['content']));
  if (contents.length === 0) return '';
  return `<h4>Body</h4>${contents.map(contentView).join('')}`;
}

/** Successes in full; failures, which are all of one shape, in a line each. */
function repliesView(replies: Node): string {
  const all = Object.entries(replies).map(([status, reply]) => ({ status, reply: node(reply) }));
  const successes = all.filter(({ status }) => Number(status) < 400).map(successView);
  const failures = all.filter(({ status }) => Number(status) >= 400).map(failureRow);
  return `<h4>Replies</h4>${successes.join('')}<table><tr><th>Status</th><th></th><th>Body</th></tr>${failures.join('')}</table>`;
}

interface ReplyView {
  readonly status: string;
  readonly reply: Node;
}

function successView({ status, reply }: ReplyView): string {
  const contents = Object.entries(node(reply['content']));
  return `<p><b>${escapeHtml(status)}</b> ${inlineProse(text(reply['description']))}</p>${headersTable(node(reply['headers']))}${contents.map(contentView).join('')}`;
}

function failureRow({ status, reply }: ReplyView): string {
  const bodies = Object.values(node(reply['content'])).map((content) =>
    typeOf(node(node(content)['schema'])),
  );
  return `<tr><td><b>${escapeHtml(status)}</b></td><td>${inlineProse(text(reply['description']))}</td><td>${bodies.join(', ')}</td></tr>`;
}

/** Headers that are referred to are those of many replies, and told once. */
function headersTable(headers: Node): string {
  const own = Object.entries(headers).filter(([, header]) => !('$ref' in node(header)));
  if (own.length === 0) return '';
  const rows = own.map(([name, value]) => {
    const header = node(value);
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${typeOf(node(header['schema']))}</td><td>${inlineProse(text(header['description']))}</td></tr>`;
  });
  return `<table><tr><th>Header</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

function contentView([mediaType, value]: [string, unknown]): string {
  const content = node(value);
  const schema = node(content['schema']);
  const example = content['example'];
  const shown = example === undefined ? '' : `<pre>${escapeHtml(exampleText(example))}</pre>`;
  return `<p><code>${escapeHtml(mediaType)}</code>: ${typeOf(schema)}</p>${membersTable(schema)}${shown}`;
}

function exampleText(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function schemaView(name: string, schema: Node): string {
  return `<details><summary>${escapeHtml(name)}</summary><div id="schema-${escapeHtml(name)}">${prose(text(schema['description']))}${membersTable(schema)}</div></details>`;
}

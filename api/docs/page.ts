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
  const schemas = Object.entries(node(node(root['components'])['schemas']));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(text(info['title']) ?? 'API')}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(text(info['title']) ?? 'API')}</h1>
${prose(text(info['description']))}
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
<nav><ul>${sections.map(({ name }) => `<li><a href="#${anchor(name)}">${escapeHtml(name)}</a></li>`).join('')}<li><a href="#schemas">Schemas</a></li></ul></nav>
${sections.map(({ name, description, own }) => `<h2 id="${anchor(name)}">${escapeHtml(name)}</h2>${prose(description)}${own.map(operationView).join('')}`).join('\n')}
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
  return `<details class="${escapeHtml(method)}"><summary><b>${escapeHtml(method.toUpperCase())}</b><code>${escapeHtml(path)}</code><span>${inlineProse(text(content['summary']))}</span></summary>
${prose(text(content['description']))}${parametersView(nodes(content['parameters']))}${bodyView(node(content['requestBody']))}${repliesView(node(content['responses']))}</details>`;
}

function parametersView(parameters: readonly Node[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map((parameter) => {
    const mark = parameter['required'] === true ? '' : ' ?';
    return `<tr><td><code>${escapeHtml(text(parameter['name']) ?? '')}</code>${mark}</td><td>${escapeHtml(text(parameter['in']) ?? '')}</td><td>${typeOf(node(parameter['schema']))}</td><td>${inlineProse(text(parameter['description']))}</td></tr>`;
  });
  return `<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

function bodyView(body: Node): string {
  const contents = Object.entries(node(body['content']));
  if (contents.length === 0) return '';
  return `<h4>Body</h4>${contents.map(contentView).join('')}`;
}

function repliesView(replies: Node): string {
  return `<h4>Replies</h4>${Object.entries(replies)
    .map(([status, value]) => {
      const reply = node(value);
      const contents = Object.entries(node(reply['content']));
      return `<p><b>${escapeHtml(status)}</b> ${inlineProse(text(reply['description']))}</p>${contents.map(contentView).join('')}`;
    })
    .join('')}`;
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
  return `<details id="schema-${escapeHtml(name)}"><summary>${escapeHtml(name)}</summary>${prose(text(schema['description']))}${membersTable(schema)}</details>`;
}

/** The document as it is held against replies: a member of a reply that it does not name is an error. */

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The document gives the schema of one line; what is sent and received are several. */
function lines(name: string, content: unknown): unknown {
  if (name !== 'application/x-ndjson' || !isObject(content)) return content;
  return { ...content, schema: { type: 'array', items: content['schema'] } };
}

/**
 * With `additionalProperties: false` wherever an object of a reply says nothing of others. The published
 * document leaves it open, so that clients made from it go on working when a reply gets one more member.
 */
export function strict(document: unknown): Json {
  if (!isObject(document)) throw new TypeError('the document is an object');
  const closed = new Set<string>();
  const components = isObject(document['components']) ? document['components'] : {};
  const schemas = isObject(components['schemas']) ? components['schemas'] : {};

  function closing(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(closing);
    if (!isObject(value)) return value;
    noteReference(value['$ref']);
    const members = Object.entries(value).map(([name, member]) => [
      name,
      name === 'example' || name === 'examples' || name === 'allOf' ? member : closing(lines(name, member)),
    ]);
    const open = isObject(value['properties']) && value['additionalProperties'] === undefined;
    return { ...Object.fromEntries(members), ...(open ? { additionalProperties: false } : {}) };
  }

  function noteReference(reference: unknown): void {
    if (typeof reference !== 'string' || !reference.startsWith('#/components/schemas/')) return;
    const name = reference.replace('#/components/schemas/', '');
    if (closed.has(name)) return;
    closed.add(name);
    closedSchemas.set(name, closing(schemas[name]));
  }

  function operationOf({ requestBody, ...operation }: Json): Json {
    const content = isObject(requestBody) && isObject(requestBody['content']) ? requestBody['content'] : {};
    const bodies = Object.entries(content).map(([type, body]) => [type, lines(type, body)]);
    return {
      ...operation,
      ...(isObject(requestBody)
        ? { requestBody: { ...requestBody, content: Object.fromEntries(bodies) } }
        : {}),
      responses: closing(operation['responses']),
    };
  }

  const closedSchemas = new Map<string, unknown>();
  const paths = Object.entries(isObject(document['paths']) ? document['paths'] : {});
  const strictPaths = paths.map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(isObject(item) ? item : {}).map(([method, operation]) => [
        method,
        isObject(operation) ? operationOf(operation) : operation,
      ]),
    ),
  ]);
  return {
    ...document,
    paths: Object.fromEntries(strictPaths),
    components: {
      ...components,
      responses: closing(components['responses']),
      schemas: { ...schemas, ...Object.fromEntries(closedSchemas) },
    },
  };
}

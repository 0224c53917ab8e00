/** The OpenAPI document, made from the schemas that check the requests. */
import type { Api } from '../http/context.ts';
import { completed } from './complete.ts';
import type { Document } from './complete.ts';
import { BEARER, DESCRIPTION, LICENSE, TAGS } from './prose.ts';

export function openApiDocument(api: Api): Document {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', BEARER);
  const document = completed(
    api.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Chronofolio',
        version: '1',
        description: DESCRIPTION,
        license: LICENSE,
      },
      servers: [{ url: '/', description: 'Where the document comes from.' }],
      tags: TAGS,
    }),
  );
  return { ...document, tags: TAGS.filter(({ name }) => isUsed(document, name)) };
}

function isUsed({ paths = {} }: Document, tag: string): boolean {
  return Object.values(paths).some(({ get, put, post, delete: remove }) =>
    [get, put, post, remove].some((operation) => operation?.tags?.includes(tag)),
  );
}

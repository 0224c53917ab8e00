/** The generated part of the client is that of the document. `npm run client` makes it anew. */
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { createStage } from './stage.ts';

const FILE = fileURLToPath(new URL('../../client/schema.ts', import.meta.url));

test('client/schema.ts is generated from the document', async () => {
  const api = await createStage();
  const document: object = JSON.parse(await (await api.get('/openapi.json')).text(), withoutExamples);
  await api.close();
  const nodes = await openapiTS(JSON.stringify(document), {
    alphabetize: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  const source = `${COMMENT_HEADER}${astToString(nodes)}`;
  const config = await resolveConfig(FILE);
  await expect(await format(source, { ...config, parser: 'typescript' })).toMatchFileSnapshot(FILE);
}, 120_000);

/** They are for who reads the document; types are as good without. */
function withoutExamples(name: string, value: unknown): unknown {
  return name === 'example' || name === 'examples' ? undefined : value;
}

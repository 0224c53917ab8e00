/** The document held against the specification of its format, by a validator that is not ours. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runPython } from '../python/run.ts';
import { bodyOf } from '../support/api.ts';
import { createStage } from './stage.ts';
import { strict } from './strict.ts';

const SCRIPT = fileURLToPath(new URL('validate_document.py', import.meta.url));

test('is valid OpenAPI 3.1, and its examples are as their schemas say', async () => {
  const api = await createStage();
  const document = await bodyOf<unknown>(api.get('/openapi.json'));
  await api.close();
  // Closed, so that an example with a member that its schema does not name is told.
  const { code, output } = await runPython([SCRIPT], { input: strict(document) });
  expect({ code, output }).toEqual({ code: 0, output });
});

test('a document that is wrong is told', async () => {
  const wrong = { openapi: '3.1.0', info: { title: 'x' }, paths: {} };
  expect((await runPython([SCRIPT], { input: wrong })).output).toMatch(/version. is a required property/);
});

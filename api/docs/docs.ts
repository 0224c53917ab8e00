/** `/openapi.json` and `/docs`, made once. */
import { admit } from '../access/admit.ts';
import type { Requirement } from '../access/access.ts';
import type { Api } from '../http/context.ts';
import { described } from './described.ts';
import { openApiDocument } from './openapi.ts';
import { withPattern } from './patterns.ts';
import { withSharedReplies } from './shared-replies.ts';
import { documentationPage, PAGE_POLICY } from './page.ts';

const ANYBODY: Requirement = { scope: 'public' };

/** To be called when every endpoint is registered. */
export function registerDocs(api: Api): void {
  const document = openApiDocument(api);
  const json = JSON.stringify(described(withSharedReplies(document)), withPattern);
  const page = documentationPage(described(document));
  api.get('/openapi.json', async (c) => {
    c.set('route', '/openapi.json');
    await admit(c, ANYBODY);
    return c.body(json, 200, { 'Content-Type': 'application/json' });
  });
  api.get('/docs', async (c) => {
    c.set('route', '/docs');
    await admit(c, ANYBODY);
    return c.html(page, 200, { 'Content-Security-Policy': PAGE_POLICY });
  });
}

/** `/openapi.json` and `/docs`, made once. */
import type { Api } from '../http/context.ts';
import { openApiDocument } from './openapi.ts';
import { withPattern } from './patterns.ts';
import { withSharedReplies } from './shared-replies.ts';
import { documentationPage, PAGE_POLICY } from './page.ts';

/** To be called when every endpoint is registered. */
export function registerDocs(api: Api): void {
  const document = openApiDocument(api);
  const json = JSON.stringify(withSharedReplies(document), withPattern);
  const page = documentationPage(document);
  api.get('/openapi.json', (c) => {
    c.set('route', '/openapi.json');
    return c.body(json, 200, { 'Content-Type': 'application/json' });
  });
  api.get('/docs', (c) => {
    c.set('route', '/docs');
    return c.html(page, 200, { 'Content-Security-Policy': PAGE_POLICY });
  });
}

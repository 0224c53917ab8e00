/** Reads the file of providers: its shape at once, each provider's credentials when it is needed. */
import type { z } from 'zod';
import { ProviderError } from '../../projections/market/provider.ts';
import { plainCredentials, resolveCredentials, withPlaceholders } from './credentials.ts';
import type { Lookup, Mask } from './credentials.ts';
import { ONE_PROVIDER, PROVIDERS } from './schema.ts';
import type { ProviderSettings } from './schema.ts';

export interface ProviderFile {
  readonly path: string;
  /** In the order of the file. */
  readonly names: readonly string[];
  /** Settings as written, without credentials. */
  readonly shapes: ReadonlyMap<string, ProviderSettings>;
  /** @throws ProviderError for an unknown name, or when a credential is missing */
  settings(name: string): { readonly settings: ProviderSettings; readonly mask: Mask };
}

/** @throws ProviderError with one line that names the place and the rule */
export function readProviderFile(path: string, lookup: Lookup): ProviderFile {
  const bad = (message: string, cause?: unknown) =>
    new ProviderError('bad_provider', `${path}: ${message}`, cause === undefined ? {} : { cause });
  let document: unknown;
  try {
    document = JSON.parse(lookup.readFile(path));
  } catch (error) {
    throw bad(error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'cannot be read', error);
  }
  const [plain] = plainCredentials(document);
  if (plain !== undefined) throw bad(plain);
  const checked = PROVIDERS.safeParse(withPlaceholders(document));
  if (!checked.success) throw bad(complaint(checked.error));
  const raw = (document as { providers: Readonly<Record<string, unknown>> }).providers;
  const shapes = new Map(Object.entries(checked.data.providers));
  for (const [name, { gapFill }] of shapes)
    if (gapFill !== undefined && shapes.get(gapFill)?.bars === undefined)
      throw bad(`providers.${name}.gapFill: there is no provider of bars called ${JSON.stringify(gapFill)}`);
  return {
    path,
    names: [...shapes.keys()],
    shapes,
    settings(name) {
      if (!shapes.has(name)) throw bad(`there is no provider called ${JSON.stringify(name)}`);
      const { value, mask } = resolveCredentials(raw[name], lookup);
      const parsed = ONE_PROVIDER.safeParse(value);
      if (!parsed.success) throw bad(mask(`providers.${name}.${complaint(parsed.error)}`));
      return { settings: parsed.data, mask };
    },
  };
}

function complaint({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'is not as it must be' : `${issue.path.join('.')}: ${issue.message}`;
}

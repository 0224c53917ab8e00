/**
 * Credentials in the file of providers: `${NAME}` for a variable of the environment, `{"file": "…"}` for the
 * text of a file. They stand nowhere else, and no message of ours holds them.
 */
import { ProviderError } from '../../projections/market/provider.ts';

export interface Lookup {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

/** Takes the credentials out of a text. */
export type Mask = (text: string) => string;

export interface Resolved {
  readonly value: unknown;
  readonly mask: Mask;
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Puts the credentials where they are referred to, however deep. @throws ProviderError naming what is missing */
export function resolveCredentials(document: unknown, { env, readFile }: Lookup): Resolved {
  const secrets = new Set<string>();
  const keep = (secret: string): string => {
    secrets.add(secret);
    return secret;
  };
  const variable = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new ProviderError(
        'bad_provider',
        `the variable ${name}, which the file of providers refers to, is not set`,
      );
    return keep(value);
  };
  const file = (path: string): string => {
    try {
      return keep(readFile(path).replace(/\r?\n$/, ''));
    } catch (error) {
      throw new ProviderError(
        'bad_provider',
        `the file ${path}, which the file of providers refers to, cannot be read`,
        {
          cause: error,
        },
      );
    }
  };
  const value = substituted(document, { variable, file });
  return { value, mask: masking(secrets) };
}

interface Substitutes {
  readonly variable: (name: string) => string;
  readonly file: (path: string) => string;
}

function substituted(value: unknown, by: Substitutes): unknown {
  if (typeof value === 'string') return value.replace(REFERENCE, (_, name: string) => by.variable(name));
  if (Array.isArray(value)) return value.map((each: unknown) => substituted(each, by));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'file' && typeof first[1] === 'string') return by.file(first[1]);
  return Object.fromEntries(entries.map(([name, each]) => [name, substituted(each, by)]));
}

/** The document as it would be with any credentials, to look at its shape before they are needed. */
export function withPlaceholders(document: unknown): unknown {
  return substituted(document, { variable: () => 'x', file: () => 'x' });
}

function masking(secrets: ReadonlySet<string>): Mask {
  // In addresses and in JSON they may stand in other spellings. The longest first: one may hold another.
  const spellings = [...secrets]
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length);
  return (text) => spellings.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

const SECRET_NAME = /authorization|token|secret|password|api[-_]?key|cookie/i;
const REFERS = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/;

/** Complaints about credentials that stand in the file themselves, each with its place. */
export function plainCredentials(document: unknown, place = ''): string[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([name, value]: [string, unknown]): string[] => {
    const here = place === '' ? name : `${place}.${name}`;
    if (typeof value !== 'string') return plainCredentials(value, here);
    const complaint = `${here} must not hold a credential: write \${NAME} or {"file": "…"}`;
    if (SECRET_NAME.test(name) && !REFERS.test(value)) return [complaint];
    if (/^[a-z]+:\/\//i.test(value)) {
      const login = /^[a-z]+:\/\/[^/?#@]*:([^/?#@]*)@/i.exec(value);
      if (login && !REFERS.test(login[1]!)) return [complaint];
      for (const [, parameter = '', text = ''] of value.matchAll(/[?&]([^=&#]+)=([^&#]*)/g))
        if (SECRET_NAME.test(parameter) && !REFERS.test(text)) return [complaint];
    }
    return [];
  });
}

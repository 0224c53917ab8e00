/** From the process environment to parsed values: files of secrets read, defaults filled in. */
import { z } from 'zod';
import { ConfigError, type ConfigProblem } from './errors.ts';
import { shown } from './mask.ts';
import { VARIABLES, type Values, isSecret } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Source = 'environment' | 'file' | 'default' | 'unset';

export interface Setting {
  readonly variable: string;
  /** The text in effect, masked when secret; `undefined` when the variable is unset. */
  readonly value: string | undefined;
  readonly source: Source;
}

export interface ParsedEnvironment {
  readonly values: Values;
  readonly settings: readonly Setting[];
}

interface Raw {
  readonly text: string | undefined;
  readonly source: Source;
}

/**
 * @param readFile returns the text of a file that holds a secret.
 * @throws ConfigError naming every bad variable.
 */
export function parseEnvironment(env: Environment, readFile: (path: string) => string): ParsedEnvironment {
  const problems: ConfigProblem[] = [];
  const raw = new Map(
    Object.keys(VARIABLES.shape).map((name) => [name, rawValue(name, env, readFile, problems)] as const),
  );
  if (problems.length > 0) throw new ConfigError(problems);

  const texts = Object.fromEntries([...raw].map(([name, { text }]) => [name, text]));
  const parsed = VARIABLES.safeParse(texts);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => problemOf(issue, texts)));
  return { values: parsed.data, settings: [...raw].map(([name, entry]) => settingOf(name, entry)) };
}

function settingOf(variable: string, { text, source }: Raw): Setting {
  if (text !== undefined) return { variable, value: shown(variable, text), source };
  const fallback = DEFAULTS.get(variable);
  return { variable, value: fallback, source: fallback === undefined ? 'unset' : 'default' };
}

const DEFAULTS: ReadonlyMap<string, string> = new Map(
  Object.entries(VARIABLES.shape).flatMap(([name, schema]) =>
    schema instanceof z.ZodPrefault ? [[name, schema.def.defaultValue] as const] : [],
  ),
);

/** A variable set to nothing counts as not set: that is how compose files and shells spell it. */
function given(env: Environment, name: string): string | undefined {
  const text = env[name];
  return text === undefined || text.trim() === '' ? undefined : text;
}

function rawValue(
  name: string,
  env: Environment,
  readFile: (path: string) => string,
  problems: ConfigProblem[],
): Raw {
  const text = given(env, name);
  const file = isSecret(name) ? given(env, `${name}_FILE`) : undefined;
  if (file !== undefined) {
    const problem = (rule: string) => {
      problems.push({ variable: `${name}_FILE`, value: JSON.stringify(file), rule });
      return { text: undefined, source: 'unset' } as const;
    };
    if (text !== undefined) return problem(`must not be set together with ${name}`);
    try {
      // Editors end a file with a line end that is not part of the secret.
      return { text: readFile(file).replace(/\r?\n$/, ''), source: 'file' };
    } catch {
      return problem('must name a readable file');
    }
  }
  return { text, source: text === undefined ? 'unset' : 'environment' };
}

function problemOf(
  issue: z.core.$ZodIssue,
  texts: Readonly<Record<string, string | undefined>>,
): ConfigProblem {
  const variable = String(issue.path[0]);
  return { variable, value: JSON.stringify(shown(variable, texts[variable] ?? '')), rule: issue.message };
}

/** docker-compose.yml as compose would read it: anchors merged, variables of an environment filled in. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = new URL('../../', import.meta.url);

export function fileOf(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string() }).optional(),
  profiles: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
  user: z.string(),
  init: z.boolean().optional(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  shm_size: z.string().optional(),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), z.strictObject({ condition })).default({}),
  healthcheck: z.strictObject({
    test: z.array(z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string(),
  }),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  stop_grace_period: z.string().optional(),
  restart: z.enum(['no', 'unless-stopped']),
  mem_limit: z.string(),
  cpus: z.number(),
  pids_limit: z.int(),
});
const composition = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
  volumes: z.record(z.string(), z.null()),
});

export type Service = z.output<typeof service>;
export type Composition = z.output<typeof composition>;

/** A variable as a compose file uses it. */
export interface Use {
  readonly name: string;
  /** Undefined with `required`. */
  readonly fallback: string | undefined;
  readonly required: boolean;
}

const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

export function usesIn(text: string): Use[] {
  return [...text.matchAll(VARIABLE)].map(([, name, operator, rest]) => ({
    name: name ?? '',
    fallback: operator === '-' ? rest : undefined,
    required: operator === '?',
  }));
}

function filled(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replaceAll(VARIABLE, (_whole, name: string, operator?: string, rest?: string) => {
    const value = environment.get(name) ?? '';
    if (value !== '') return value;
    if (operator === '-') return rest ?? '';
    throw new Error(`${name} is missing`);
  });
}

/** Compose parses first and fills in afterwards: a value is text, whatever it looks like. */
export function readComposition(environment: ReadonlyMap<string, string>): Composition {
  const document: unknown = parse(
    fileOf('docker-compose.yml'),
    (_key, value: unknown) => (typeof value === 'string' ? filled(value, environment) : value),
    { merge: true },
  );
  return composition.parse(document);
}

/** The variables of an environment file with the comments above each. */
export function readEnvironment(
  text: string,
): Map<string, { readonly value: string; readonly comment: string }> {
  const variables = new Map<string, { value: string; comment: string }>();
  let comment = '';
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (line.startsWith('#')) comment += line;
    else if (name === undefined) comment = '';
    else variables.set(name, { value: value ?? '', comment });
  }
  return variables;
}

/** .env.example with its passwords filled in, as a newcomer has it. */
export function sampleEnvironment(): Map<string, string> {
  const example = [...readEnvironment(fileOf('.env.example'))];
  return new Map(
    example.map(([name, { value }]) => [name, name.endsWith('_PASSWORD') ? `secret-${name}` : value]),
  );
}

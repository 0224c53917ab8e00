/** What docker-compose.yml names is there, and no service has more rights than it needs. */
import { existsSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { SERVE_ROLES } from '../../cli/app.ts';
import type { ServeRole } from '../../cli/app.ts';
import { COMMANDS } from '../../cli/commands/index.ts';
import { addressOf, metricsAddressOf } from '../../cli/wiring/roles.ts';
import { createStatusApi } from '../../api/status-app.ts';
import { loadConfig } from '../../infra/config/config.ts';
import { VARIABLES } from '../../infra/config/variables.ts';
import { recordingTerminal } from '../cli/output/recorder.ts';
import { ROOT, fileOf, readComposition, readEnvironment, sampleEnvironment, usesIn } from './compose.ts';
import type { Service } from './compose.ts';

const composition = readComposition(sampleEnvironment());
const services = Object.entries(composition.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const foreign = services.filter(([, { build }]) => build === undefined);
const inRepository = (path: string): URL => new URL(path, ROOT);

/** The role of a service that serves. */
function roleOf({ command }: Service): ServeRole | undefined {
  return command[0] === 'serve' ? SERVE_ROLES.find((role) => role === command[2]) : undefined;
}

const roles = ours.flatMap(([name, service]) => {
  const role = roleOf(service);
  return role ? [{ name, role, service }] : [];
});

function urlOfHealthCheck(service: Service): URL {
  return new URL(service.healthcheck.test.at(-1)!);
}

describe.each(services)('%s', (_name, service) => {
  test('runs without root, on a read-only root, without capabilities', () => {
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });

  test('has limits, also of its log', () => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.cpus).toBeGreaterThan(0);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.logging.options).toMatchObject({ 'max-size': '10m' });
    for (const mount of service.tmpfs) expect(mount).toMatch(/size=\d+m/);
  });

  test('waits for services that are there, for what they can tell', () => {
    for (const [name, { condition }] of Object.entries(service.depends_on)) {
      const awaited = composition.services[name];
      expect(awaited, name).toBeDefined();
      expect(condition === 'service_completed_successfully').toBe(awaited?.restart === 'no');
      // A service of a profile is not there for one without.
      expect(service.profiles).toEqual(expect.arrayContaining(awaited?.profiles ?? []));
    }
  });

  test('mounts what is there', () => {
    for (const mount of service.volumes) {
      const [source = '', , mode] = mount.split(':');
      if (!source.startsWith('./')) expect(composition.volumes).toHaveProperty(source);
      else {
        expect(existsSync(inRepository(source)), source).toBe(true);
        expect(mode).toBe('ro');
      }
    }
    for (const network of service.networks) expect(composition.networks).toHaveProperty(network);
  });

  test('is published on the loopback address, or not at all', () => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    if (service.ports.length === 0) expect(service.networks).toEqual(['inside']);
  });
});

test('only what is asked from outside is published', () => {
  const published = services.filter(([, { ports }]) => ports.length > 0).map(([name]) => name);
  expect(published.sort()).toEqual(['api', 'grafana', 'market-data', 'prometheus']);
  expect(composition.networks['inside']).toEqual({ internal: true });
});

test('every volume is somebody’s', () => {
  const mounted = services.flatMap(([, { volumes }]) => volumes.map((mount) => mount.split(':')[0]));
  expect(mounted).toEqual(expect.arrayContaining(Object.keys(composition.volumes)));
});

describe('images', () => {
  test.each(foreign)('%s is pinned to a version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/]+:v?\d+\.\d+\.\d+(-[a-z0-9-]+)?$/);
  });

  test('one image serves every role', () => {
    expect(new Set(ours.map(([, { image }]) => image)).size).toBe(1);
  });

  test.each([
    ['timescaledb', /^(POSTGRES_|TIMESCALEDB_|TS_TUNE_|CHRONOFOLIO_)/],
    ['kafka', /^(KAFKA_|CLUSTER_ID$)/],
    ['prometheus', /^$/],
    ['grafana', /^(GF_[A-Z]+_|CHRONOFOLIO_)/],
    ['eventstoredb', /^EVENTSTORE_/],
  ])('%s is given variables that its image reads', (name, known) => {
    for (const variable of Object.keys(composition.services[name]!.environment))
      expect(variable).toMatch(known);
  });
});

describe('the program', () => {
  const terminal = recordingTerminal();
  const known = COMMANDS.map((command) =>
    command({
      configure: () => {
        throw new Error('the test configures nothing');
      },
      terminal,
      env: {},
      stop: new AbortController().signal,
      exit: 0,
    }).name(),
  );

  test.each(ours)('%s reads the variables it is given', (_name, service) => {
    const script = service.entrypoint ? service.command.join(' ') : '';
    const environment = Object.entries(service.environment).filter(
      ([name]) => !script.includes(`printenv ${name} |`),
    );
    for (const [name] of environment) expect(Object.keys(VARIABLES.shape)).toContain(name);
    const config = loadConfig(Object.fromEntries(environment));
    expect(config.database.location).toEqual({
      kind: 'url',
      url: 'postgresql://chronofolio:secret-CHRONOFOLIO_DATABASE_PASSWORD@timescaledb:5432/chronofolio',
    });
  });

  test.each(ours)('%s runs a command that there is', (_name, service) => {
    const words = service.entrypoint
      ? service.command.join(' ').split('bin/chronofolio.js ')[1]!.split(' ')
      : service.command;
    expect(known).toContain(words[0]);
    if (words[0] === 'serve') expect(words.slice(1)).toEqual(['--role', roleOf(service)]);
  });

  test('every role but the one for everything has a service', () => {
    expect(roles.map(({ role }) => role).sort()).toEqual(SERVE_ROLES.filter((role) => role !== 'all').sort());
  });

  test.each(roles)('$name is asked for its health where it listens', async ({ role, service }) => {
    const config = loadConfig(service.environment);
    const address = addressOf(role, config);
    const url = urlOfHealthCheck(service);
    expect(address).toEqual({ host: '0.0.0.0', port: Number(url.port) });
    const [command, program, script] = service.healthcheck.test;
    expect([command, program]).toEqual(['CMD', 'node']);
    expect(existsSync(inRepository(script ?? ''))).toBe(true);
    const api = createStatusApi({
      health: { check: async () => ({}), uptimeSeconds: () => 1 },
      observer: { request: () => undefined, failure: () => undefined },
    });
    expect((await api.request(url.pathname)).status).toBe(200);
  });

  test('is published at the port of the API', () => {
    const api = roles.find(({ role }) => role === 'api')!;
    expect(api.service.ports[0]).toMatch(
      new RegExp(`:${addressOf('api', loadConfig(api.service.environment)).port}$`),
    );
  });

  test('reaches Kafka and the database by the names and ports they have', () => {
    const { kafka, timescaledb } = composition.services;
    for (const { service } of roles) {
      expect(kafka!.environment['KAFKA_ADVERTISED_LISTENERS']).toContain(
        `//${service.environment['KAFKA_BROKERS']}`,
      );
      expect(composition.services).toHaveProperty(service.environment['POSTGRES_HOST'] ?? '');
    }
    expect(timescaledb!.environment['POSTGRES_DB']).toBe(ours[0]![1].environment['POSTGRES_DATABASE']);
  });
});

describe('Prometheus', () => {
  const scrapes = z
    .object({
      scrape_configs: z.array(
        z.object({
          job_name: z.string(),
          dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.int() })).default([]),
        }),
      ),
    })
    .parse(parse(fileOf('infra/prometheus/prometheus.yml')))
    .scrape_configs.filter(({ dns_sd_configs }) => dns_sd_configs.length > 0);

  test('asks every role at the port of its metrics', () => {
    expect(scrapes.map(({ job_name }) => job_name).sort()).toEqual(roles.map(({ name }) => name).sort());
    for (const { name, role, service } of roles) {
      const config = loadConfig(service.environment);
      const { port } = metricsAddressOf(role, config) ?? addressOf(role, config);
      expect(scrapes.find(({ job_name }) => job_name === name)?.dns_sd_configs).toEqual([
        { names: [name], port },
      ]);
      expect(config.metrics).toMatchObject({ enabled: true, path: '/metrics' });
    }
  });
});

describe('what is mounted is given the variables it reads', () => {
  test.each([
    ['timescaledb', 'infra/compose/postgres/900_roles.sh', /\\getenv \w+ (\w+)/g],
    ['grafana', 'infra/grafana/provisioning/datasources/chronofolio.yml', /\$(\w+)/g],
  ])('%s: %s', (name, file, reading) => {
    const read = [...fileOf(file).matchAll(reading)]
      .map(([, variable]) => variable)
      .filter((v) => v !== '__rate_interval');
    expect(read).not.toHaveLength(0);
    for (const variable of read)
      expect(composition.services[name]!.environment).toHaveProperty(variable ?? '');
  });

  test('Grafana’s first page is one that is mounted', () => {
    const { environment, volumes } = composition.services['grafana']!;
    const page = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    const mount = volumes.map((one) => one.split(':')).find(([, target]) => page.startsWith(`${target}/`));
    expect(existsSync(inRepository(page.replace(mount![1]!, mount![0]!)))).toBe(true);
  });

  test('the script that makes roles can be executed', () => {
    expect(statSync(inRepository('infra/compose/postgres/900_roles.sh')).mode & 0o111).toBe(0o111);
  });
});

describe('.env.example', () => {
  const example = readEnvironment(fileOf('.env.example'));
  const uses = [
    ...usesIn(fileOf('docker-compose.yml')),
    ...usesIn(fileOf('infra/compose/kafka-external.yml')),
  ];
  const own = new Set(['COMPOSE_PROFILES', 'COMPOSE_PROJECT_NAME']);

  test('has every variable of the compose files and no other', () => {
    const names = [...example.keys()].filter((name) => !own.has(name));
    expect(names.sort()).toEqual([...new Set(uses.map(({ name }) => name))].sort());
  });

  test('explains every variable, or the group that it stands in', () => {
    for (const [name, { comment }] of example) expect(comment.length, name).toBeGreaterThan(20);
  });

  test('has the defaults of the compose files, and no password', () => {
    for (const { name, fallback, required } of uses) {
      expect(required, name).toBe(name.endsWith('_PASSWORD'));
      expect(example.get(name)?.value, name).toBe(fallback ?? '');
    }
  });

  test('a start without a password is refused', () => {
    const given = sampleEnvironment();
    for (const { name } of uses.filter(({ required }) => required)) {
      const without = new Map(given);
      without.set(name, '');
      expect(() => readComposition(without)).toThrow(name);
    }
  });

  test('its profiles are profiles of services', () => {
    const profiles = services.flatMap(([, service]) => service.profiles);
    for (const profile of example.get('COMPOSE_PROFILES')!.value.split(','))
      expect(profiles).toContain(profile);
  });
});

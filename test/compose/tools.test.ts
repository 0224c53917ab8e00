/**
 * What the tools themselves say: compose of docker-compose.yml, promtool of Prometheus' configuration and
 * alerts. Debian has them as `docker-compose` and `prometheus`; a run with the engines must have them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, sampleEnvironment } from './compose.ts';

const root = fileURLToPath(ROOT);
const required = process.env.TEST_KAFKA_BROKERS !== undefined;

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { ok: status === 0, said: `${error?.message ?? ''}${stdout}${stderr}` };
}
const installed = (command: string): boolean => run(command, '--version').ok;

describe.skipIf(!required && !installed('promtool'))('promtool', () => {
  test.each([
    ['the configuration and the rules in it', ['check', 'config', 'infra/prometheus/prometheus.yml']],
    ['the rules alone', ['check', 'rules', ...rules('rules')]],
    ['the tests of the rules', ['test', 'rules', ...rules('tests')]],
  ])('accepts %s', (_what, args) => {
    expect(run('promtool', ...args)).toMatchObject({ ok: true });
  });
});

function rules(folder: string): string[] {
  return readdirSync(join(root, 'infra/prometheus', folder)).map((file) =>
    join('infra/prometheus', folder, file),
  );
}

/** The plugin of the docker command, else the program of its own. */
const compose = run('docker', 'compose', 'version').ok ? ['docker', 'compose'] : ['docker-compose'];

describe.skipIf(!required && !run(compose[0]!, ...compose.slice(1), 'version').ok)('compose', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chronofolio-compose-'));
    const lines = [...sampleEnvironment()].map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, 'env'), lines.join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['docker-compose.yml', []],
    [
      'docker-compose.yml with the broker published',
      ['-f', 'docker-compose.yml', '-f', 'infra/compose/kafka-external.yml'],
    ],
  ])('accepts %s', (_what, files) => {
    const [command, ...words] = compose;
    const outcome = run(command!, ...words, ...files, '--env-file', join(folder, 'env'), 'config', '--quiet');
    expect(outcome).toMatchObject({ ok: true });
  });
});

/** The image is made of what is in the repository, holds nothing else, and runs as nobody in particular. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ROOT, fileOf, readComposition, sampleEnvironment } from './compose.ts';

/** Instructions with their lines joined, in order. */
const instructions = fileOf('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { word, rest };
  });
const last = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
const of = (word: string, from = instructions) =>
  from.filter((one) => one.word === word).map(({ rest }) => rest);

/** What .dockerignore lets through to the builder. */
const ignoring = fileOf('.dockerignore').split('\n');
const allowed = (path: string): boolean =>
  ignoring.includes(`!${path}`) ||
  (ignoring.includes(`!${path.split('/')[0]}`) &&
    !ignoring.some((line) => line !== '*' && matches(line, path)));
const matches = (line: string, path: string): boolean =>
  !line.startsWith('!') && (path === line || (line.endsWith('/*') && path.startsWith(line.slice(0, -1))));

test('is built on a pinned version of Node that the package accepts', () => {
  const [base] = of('FROM');
  const [, major] = /^node:(\d+)\.\d+\.\d+-bookworm-slim AS base$/.exec(base ?? '') ?? [];
  expect([20, 22, 24]).toContain(Number(major));
  expect(of('FROM').slice(1)).toEqual(['base AS build', 'base AS dependencies', 'base']);
});

test('copies what is there and what the builder is given', () => {
  const sources = of('COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(' ').slice(0, -1));
  expect(sources.length).toBeGreaterThan(10);
  for (const source of sources) {
    expect(existsSync(new URL(source, ROOT)), source).toBe(true);
    expect(allowed(source), source).toBe(true);
  }
});

test('everything that is let through is copied by somebody', () => {
  const copied = of('COPY').flatMap((rest) => rest.split(' '));
  const let_through = ignoring.filter((line) => /^!\w[^/]*$/.test(line)).map((line) => line.slice(1));
  for (const path of let_through) expect(copied).toContain(path);
});

test('the sources are those of the build', () => {
  const { include } = JSON.parse(fileOf('tsconfig.build.json')) as { include: string[] };
  const copied = of('COPY').flatMap((rest) => rest.split(' '));
  // Measuring is nothing for an installation.
  for (const folder of include.filter((name) => name !== 'bench')) expect(copied).toContain(folder);
});

test('holds no secret and no development dependency', () => {
  for (const word of ['ARG', 'ENV'])
    for (const rest of of(word)) expect(rest).not.toMatch(/password|secret|token|_key/i);
  expect(of('COPY', last)).toContain('--from=dependencies /app/node_modules node_modules');
  expect(of('RUN').find((rest) => rest.includes('--omit=dev'))).toContain('--omit=optional');
});

describe('at run time', () => {
  const composition = readComposition(sampleEnvironment());

  test('it is the user that compose says it is, and not root', () => {
    const [user] = of('USER', last);
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(composition.services['api']?.user).toBe(user);
  });

  test('it exposes the ports that compose uses', () => {
    const exposed = of('EXPOSE', last).join(' ').split(' ');
    const asked = Object.values(composition.services)
      .filter(({ build, command }) => build && command[0] === 'serve')
      .flatMap(({ environment }) =>
        ['PORT', 'REST_API_PORT', 'WEBSOCKET_PORT', 'METRICS_PORT'].flatMap(
          (name) => environment[name] ?? [],
        ),
      );
    expect(exposed.sort()).toEqual([...new Set(asked)].sort());
  });

  test('its health check is a script it has', () => {
    const [check] = of('HEALTHCHECK', last);
    const [, script] = /CMD \["node", "([^"]+)"\]$/.exec(check ?? '') ?? [];
    expect(of('COPY', last)).toContain(`${script} ${script}`);
  });

  test('it starts the program', () => {
    const entry: unknown = JSON.parse(of('ENTRYPOINT', last)[0] ?? 'null');
    expect(entry).toEqual(['node', '--max-semi-space-size=64', 'bin/chronofolio.js']);
    expect(fileOf('package.json')).toContain('--max-semi-space-size=64');
  });
});

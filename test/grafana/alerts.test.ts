/** Every alert tells what to do, and what it tells is there. */
import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { recordingTerminal } from '../cli/output/recorder.ts';
import { ROOT, fileOf } from '../compose/compose.ts';

const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const tests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

const alerts = rules
  .parse(parse(fileOf('infra/prometheus/rules/chronofolio.yml')))
  .groups.flatMap((group) => group.rules);
const tried = readdirSync(new URL('infra/prometheus/tests', ROOT)).flatMap((file) =>
  tests.parse(parse(fileOf(`infra/prometheus/tests/${file}`))).tests.flatMap((one) => one.alert_rule_test),
);
const page = fileOf('docs/dashboards.md');
const anchors = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => (heading ?? '').toLowerCase());

describe.each(alerts)('$alert', ({ alert, annotations }) => {
  test('says what to do in a section that there is', () => {
    const [file, anchor] = annotations.runbook.split('#');
    expect(file).toBe('docs/dashboards.md');
    expect(anchors).toContain(anchor);
  });

  test('has been seen to fire', () => {
    expect(tried.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0)).toBe(
      true,
    );
  });
});

test('no section is about an alert that there is not', () => {
  const told = alerts.map(({ annotations }) => annotations.runbook.split('#')[1]);
  expect(anchors.filter((anchor) => !told.includes(anchor))).toEqual([]);
});

test.each(['docs/dashboards.md', 'docs/compose.md'])('the commands in %s are there', (file) => {
  const commands = COMMANDS.map((command) =>
    command({
      configure: () => {
        throw new Error('the test configures nothing');
      },
      terminal: recordingTerminal(),
      env: {},
      stop: new AbortController().signal,
      exit: 0,
    }),
  );
  const named = [
    ...fileOf(file).matchAll(/(?:chronofolio(?:\.js)?|--rm .* api) ([a-z-]+)(?: ([a-z-]+))?(?=[ `\n])/g),
  ];
  const run = named.filter(([whole]) => !whole.startsWith('chronofolio >'));
  expect(run).not.toHaveLength(0);
  for (const [whole, name, second] of run) {
    const command = commands.find((one) => one.name() === name);
    expect(command, whole).toBeDefined();
    if (command && command.commands.length > 0)
      expect(
        command.commands.map((one) => one.name()),
        whole,
      ).toContain(second);
  }
});

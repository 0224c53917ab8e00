import { describe, expect, test } from 'vitest';
import { type LoggerOptions, createLogger } from '../../../infra/logging/logger.ts';

function recorded(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    sink: { isTTY: false, write: (text: string) => lines.push(text) },
    ...options,
  });
  return { logger, lines };
}

describe('for machines', () => {
  test('each line is a JSON object with level, time, message and fields', () => {
    const { logger, lines } = recorded();
    logger.child({ component: 'fold' }).info('flipped', { rows: 3 });
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      component: 'fold',
      rows: 3,
      msg: 'flipped',
    });
  });

  test('lines below the level are not written', () => {
    const { logger, lines } = recorded({ level: 'warn' });
    logger.info('no');
    logger.debug('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });

  test('an error carries its stack and its cause', () => {
    const { logger, lines } = recorded();
    logger.error('failed', { error: new Error('outer', { cause: new Error('inner') }) });
    expect(lines[0]).toContain('outer');
    expect(lines[0]).toContain('inner');
  });
});

describe('secrets', () => {
  test.each([
    [{ password: 'hunter2' }],
    [{ options: { password: 'hunter2' } }],
    [{ request: { headers: { authorization: 'Bearer hunter2' } } }],
    [{ url: 'postgresql://me:hunter2@db:5432/x' }],
    [{ error: new Error('cannot reach postgres://me:hunter2@db/x') }],
  ])('%j is masked', (fields) => {
    for (const format of ['json', 'readable'] as const) {
      const { logger, lines } = recorded({ format });
      logger.error('postgresql://me:hunter2@db', fields);
      expect(lines.join('')).not.toContain('hunter2');
      expect(lines.join('')).toContain('***');
    }
  });
});

test('on a terminal lines are readable', () => {
  const { logger, lines } = recorded({ format: 'readable' });
  logger.warn('slow', { seconds: 2, key: 'a b' });
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}slow seconds=2 key=a b\n$/);
});

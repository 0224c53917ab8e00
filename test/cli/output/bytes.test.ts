import { describe, expect, it } from 'vitest';
import { bytesText, hexDump, plainText, valueForms } from '../../../cli/output/bytes.ts';

describe('bytes for people', () => {
  it('are text where they are text', () => {
    expect(bytesText(Buffer.from('{"name":\t"Zürich"}\n'))).toBe('{"name":\t"Zürich"}\n');
  });

  it.each([
    ['no UTF-8', Buffer.from([0xff])],
    ['a zero', Buffer.from([65, 0])],
    ['what could steer a terminal', Buffer.from('\u001b[2J')],
    ['what could steer one in eight bits', Buffer.from('\u009b2J')],
  ])('are a dump when they hold %s', (_what, bytes) => {
    expect(plainText(bytes)).toBeUndefined();
    expect(bytesText(bytes)).toBe(hexDump(bytes));
  });

  it('are dumped in rows of sixteen', () => {
    expect(hexDump(Buffer.from('0123456789abcdef\u0000\n'))).toBe(
      [
        '00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef',
        '00000010  00 0a                                            ..',
      ].join('\n'),
    );
  });
});

it('for programs they are text, or base64 where there is none', () => {
  expect(valueForms(null)).toBeNull();
  expect(valueForms(Buffer.from('{}'))).toEqual({ text: '{}' });
  expect(valueForms(Buffer.from([0xff, 0]))).toEqual({ base64: '/wA=' });
});

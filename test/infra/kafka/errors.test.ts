import { describe, expect, it } from 'vitest';
import { isLibraryError, KafkaError, kafkaError } from '../../../infra/kafka/errors.ts';

/** An error as the library makes them: told apart by name and type. */
function thrown(name: string, type?: string, cause?: Error): Error {
  return Object.assign(new Error(`${name} happened`, { cause }), { name, ...(type ? { type } : {}) });
}

describe('failures of the library', () => {
  it.each([
    [thrown('KafkaJSConnectionError'), 'unreachable'],
    [thrown('KafkaJSSASLAuthenticationError'), 'unauthorised'],
    [thrown('KafkaJSProtocolError', 'TOPIC_AUTHORIZATION_FAILED'), 'unauthorised'],
    [thrown('KafkaJSProtocolError', 'UNKNOWN_TOPIC_OR_PARTITION'), 'unknown_topic'],
    [thrown('KafkaJSProtocolError', 'MESSAGE_TOO_LARGE'), 'too_large'],
    [thrown('KafkaJSProtocolError', 'SOMETHING_ELSE'), 'failed'],
    ['a text', 'failed'],
  ])('%s is %s', (error, code) => {
    expect(kafkaError(error)).toMatchObject({ name: 'KafkaError', code, cause: error });
  });

  it('are recognised under what the library wraps around them', () => {
    const inner = thrown('KafkaJSConnectionError');
    const wrapped = thrown('KafkaJSNumberOfRetriesExceeded', undefined, inner);
    expect(kafkaError(wrapped)).toMatchObject({
      code: 'unreachable',
      message: `no Kafka broker answers: ${inner.message}`,
      cause: wrapped,
    });
    const several = Object.assign(new Error('several'), { errors: [new Error('one'), inner] });
    expect(kafkaError(several).code).toBe('unreachable');
  });

  it('end even when they cause each other', () => {
    const one = new Error('one');
    one.cause = one;
    expect(kafkaError(one).code).toBe('failed');
  });

  it('that are ours already stay as they are', () => {
    const own = new KafkaError('closed', 'closed');
    expect(kafkaError(own)).toBe(own);
    expect(isLibraryError(own)).toBe(false);
    expect(isLibraryError(thrown('KafkaJSProtocolError', 'REBALANCE_IN_PROGRESS'))).toBe(true);
  });
});

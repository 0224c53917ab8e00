/** Encrypted connections, and who is let in. */
import { describe, expect, it } from 'vitest';
import { createKafka } from '../../../infra/kafka/client.ts';
import { createKafkaOperations } from '../../../infra/kafka/operations.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { TRANSACTION } from '../../commands/ingest/support/ingest.ts';
import { kafkaConfig, openPipeline } from './support/pipeline.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const secured = (mechanism: string, more: Readonly<Record<string, string>> = {}) => ({
  KAFKA_BROKERS: required('TEST_KAFKA_SASL_BROKERS'),
  KAFKA_SSL: 'true',
  KAFKA_SSL_CA_FILE: required('TEST_KAFKA_CA'),
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: required('TEST_KAFKA_SASL_USER'),
  KAFKA_SASL_PASSWORD: required('TEST_KAFKA_SASL_PASSWORD'),
  ...more,
});

const check = (environment: Readonly<Record<string, string>>) => {
  const config = kafkaConfig(environment);
  return createKafkaOperations(createKafka(config, SILENT_LOGGER), config).check();
};

describe.each(['plain', 'scram-sha-256', 'scram-sha-512'])('over TLS with SASL %s', (mechanism) => {
  it('topics are made, messages sent and taken in', async () => {
    const pipeline = await openPipeline(secured(mechanism));
    try {
      pipeline.consume('positions');
      await pipeline.send('transactions', { value: TRANSACTION });
      await pipeline.caughtUp('positions');
      expect((await pipeline.events()).map(({ type }) => type)).toEqual([
        'PortfolioOpened',
        'SecurityRegistered',
        'TransactionRecorded',
      ]);
    } finally {
      await pipeline.close();
    }
  });

  it('a wrong password is told in plain words, without it', async () => {
    const failure = await check(secured(mechanism, { KAFKA_SASL_PASSWORD: 'wr0ng-s3cret' })).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ name: 'KafkaError', code: 'unauthorised' });
    expect(String(failure)).not.toContain('wr0ng-s3cret');
  });
});

describe('a certificate nobody here vouches for', () => {
  it('is refused', async () => {
    const { KAFKA_SSL_CA_FILE: _left, ...trusting } = secured('plain');
    await expect(check(trusting)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/certificate/),
    });
  });
});

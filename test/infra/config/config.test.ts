import { describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig } from '../../../infra/config/config.ts';

const noFiles = () => {
  throw new Error('ENOENT');
};
const load = (env: Record<string, string>, readFile: (path: string) => string = noFiles) =>
  loadConfig(env, readFile);

function failure(env: Record<string, string>, readFile?: (path: string) => string): ConfigError {
  try {
    load(env, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

const urlOf = (env: Record<string, string>) => {
  const { location } = load(env).database;
  return location.kind === 'url' ? location.url : location.kind;
};

describe('without any variable', () => {
  test('the defaults of the contract hold', () => {
    expect(load({})).toMatchObject({
      home: '.chronofolio',
      database: { location: { kind: 'embedded', port: undefined }, maxConnections: 20 },
      eventStore: { kind: 'postgres' },
      http: { port: undefined },
      kafka: undefined,
      closeDay: undefined,
      marketData: {
        restPort: 3001,
        webSocketPort: 3002,
        batchSize: 50,
        flushIntervalMs: 1000,
        maxRetries: 3,
      },
      metrics: { enabled: true, path: '/metrics' },
    });
  });

  test('an empty value is no value', () => {
    expect(load({ PORT: '', DATABASE_URL: ' ', POSTGRES_HOST: '' })).toMatchObject({
      http: { port: undefined },
      database: { location: { kind: 'embedded' } },
    });
  });
});

describe('the database', () => {
  test('DATABASE_URL wins over its parts', () => {
    expect(urlOf({ DATABASE_URL: 'postgres://a@b/c', POSTGRES_HOST: 'd' })).toBe('postgres://a@b/c');
  });

  test.each([
    [{ POSTGRES_HOST: 'db' }, 'postgresql://postgres@db:5432/chronofolio'],
    [
      {
        POSTGRES_HOST: 'db',
        POSTGRES_PORT: '6000',
        POSTGRES_USER: 'u',
        POSTGRES_PASSWORD: 'p@/:w',
        POSTGRES_DATABASE: 'd b',
      },
      'postgresql://u:p%40%2F%3Aw@db:6000/d%20b',
    ],
    [{ POSTGRES_HOST: '::1' }, 'postgresql://postgres@[::1]:5432/chronofolio'],
    [
      { POSTGRES_HOST: '/run/postgresql' },
      'postgresql://postgres@localhost:5432/chronofolio?host=%2Frun%2Fpostgresql',
    ],
  ])('%j is %s', (env, url) => {
    expect(urlOf(env)).toBe(url);
  });
});

describe('secrets', () => {
  const file = (path: string) => (path === '/run/secrets/pw' ? 'from file\n' : noFiles());

  test('may come from a file', () => {
    const { location } = load(
      { POSTGRES_HOST: 'db', POSTGRES_PASSWORD_FILE: '/run/secrets/pw' },
      file,
    ).database;
    expect(location).toEqual({ kind: 'url', url: 'postgresql://postgres:from%20file@db:5432/chronofolio' });
  });

  test('from a file that is not there, or given twice, are refused', () => {
    expect(failure({ POSTGRES_PASSWORD_FILE: '/nowhere' }, file).message).toBe(
      'POSTGRES_PASSWORD_FILE="/nowhere" must name a readable file',
    );
    expect(
      failure({ POSTGRES_PASSWORD_FILE: '/run/secrets/pw', POSTGRES_PASSWORD: 'x' }, file).message,
    ).toContain('must not be set together with POSTGRES_PASSWORD');
  });

  test('are in no description', () => {
    const config = load({
      DATABASE_URL: 'postgresql://me:s3cret@db/x?sslmode=require',
      POSTGRES_PASSWORD: 's3cret',
      KAFKA_BROKERS: 'k:9092',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 's3cret',
    });
    const described = describeConfig(config);
    expect(JSON.stringify(described)).not.toContain('s3cret');
    expect(described).toContainEqual({
      variable: 'DATABASE_URL',
      value: 'postgresql://me:***@db/x?sslmode=require',
      source: 'environment',
    });
    expect(described).toContainEqual({ variable: 'HOST', value: '127.0.0.1', source: 'default' });
    expect(described).toContainEqual({ variable: 'CLOSE_DAY_AT', value: undefined, source: 'unset' });
  });

  test('are in no error', () => {
    expect(failure({ DATABASE_URL: 'mysql://me:s3cret@db/x' }).message).toBe(
      'DATABASE_URL="mysql://me:***@db/x" must be a connection string beginning with postgresql:// or postgres://',
    );
    expect(failure({ DATABASE_URL: 's3cret' }).message).not.toContain('s3cret');
  });
});

describe('a bad value', () => {
  test.each([
    ['PORT', 'abc', 'must be a whole number from 0 to 65535'],
    ['PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['PORT', '80.5', 'must be a whole number from 0 to 65535'],
    ['POSTGRES_MAX_CONNECTIONS', '1', 'must be a whole number from 20 to 10000'],
    ['METRICS_ENABLED', 'maybe', 'must be true or false'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['CLOSE_DAY_AT', '24:00', 'must be a time of day such as 22:30'],
    ['CLOSE_DAY_TIME_ZONE', 'Mars/Olympus', 'must be an IANA time zone such as Europe/Zurich'],
    ['KAFKA_BROKERS', 'one,two', 'must be host:port pairs, separated by commas'],
    ['METRICS_PATH', 'metrics', 'must be a path beginning with /'],
    ['EVENT_STORE', 'mongo', 'must be one of postgres, eventstoredb'],
    ['CORS_ORIGINS', 'example.org', 'must be * or origins such as https://example.org, by commas'],
  ])('%s=%s: %s', (variable, value, rule) => {
    expect(failure({ [variable]: value }).message).toBe(`${variable}="${value}" ${rule}`);
  });

  test('several bad ones are told in one line', () => {
    const error = failure({ PORT: 'x\ny', BATCH_SIZE: '0' });
    expect(error.problems.map(({ variable }) => variable).sort()).toEqual(['BATCH_SIZE', 'PORT']);
    expect(error.message).not.toContain('\n');
  });

  test('one that another makes necessary', () => {
    expect(failure({ EVENT_STORE: 'eventstoredb' }).message).toContain('EVENTSTORE_URL="" must be set');
  });
});

describe('Kafka', () => {
  const pem = (path: string) => {
    if (!path.startsWith('/tls/')) throw new Error('ENOENT');
    return `PEM of ${path}`;
  };
  const kafka = (env: Record<string, string>) => load({ KAFKA_BROKERS: 'k:9092', ...env }, pem).kafka;

  test('is off without brokers, and has sensible defaults with them', () => {
    expect(load({ KAFKA_TOPIC_PREFIX: 'x' }).kafka).toBeUndefined();
    expect(kafka({ KAFKA_BROKERS: 'a:9092, b:9093' })).toMatchObject({
      brokers: ['a:9092', 'b:9093'],
      clientId: 'chronofolio',
      topic: 'price-ticks',
      groupId: 'snapshot-service-group',
      topicPrefix: '',
      groupPrefix: 'chronofolio',
      topics: { create: true, partitions: 6, replication: undefined },
      consumer: { concurrency: 2, maxBatchMessages: 1000, maxMessageBytes: 1_048_576 },
      tls: undefined,
      sasl: undefined,
      republishReplays: true,
    });
  });

  test('is encrypted with the authorities and the certificate of files', () => {
    expect(kafka({ KAFKA_SSL: 'true' })?.tls).toEqual({});
    expect(
      kafka({
        KAFKA_SSL: 'true',
        KAFKA_SSL_CA_FILE: '/tls/ca.pem',
        KAFKA_SSL_CERT_FILE: '/tls/cert.pem',
        KAFKA_SSL_KEY_FILE: '/tls/key.pem',
      })?.tls,
    ).toEqual({ ca: 'PEM of /tls/ca.pem', cert: 'PEM of /tls/cert.pem', key: 'PEM of /tls/key.pem' });
  });

  test.each([
    [{ KAFKA_SSL_CA_FILE: '/tls/ca.pem' }, 'KAFKA_SSL_CA_FILE="/tls/ca.pem" needs KAFKA_SSL=true'],
    [
      { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nowhere' },
      'KAFKA_SSL_CA_FILE="/nowhere" must name a readable file',
    ],
    [
      { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: '/tls/cert.pem' },
      'KAFKA_SSL_KEY_FILE="" must be set with KAFKA_SSL_CERT_FILE',
    ],
    [{ KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_SASL_USERNAME="" must be set with KAFKA_SASL_MECHANISM'],
    [
      { KAFKA_TOPIC_PREFIX: 'a b' },
      'KAFKA_TOPIC_PREFIX="a b" must be 1 to 100 letters, digits, dots, underscores or hyphens',
    ],
    [{ KAFKA_PARTITIONS: '0' }, 'KAFKA_PARTITIONS="0" must be a whole number from 1 to 10000'],
  ])('%j: %s', (env, message) => {
    expect(failure({ KAFKA_BROKERS: 'k:9092', ...env }, pem).message).toBe(message);
  });
});

test('the hour of the business date', () => {
  expect(load({ CLOSE_DAY_AT: '22:30', CLOSE_DAY_TIME_ZONE: 'Europe/Zurich' }).closeDay).toEqual({
    at: { hour: 22, minute: 30 },
    timeZone: 'Europe/Zurich',
  });
});

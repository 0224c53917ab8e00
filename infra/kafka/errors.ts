/** Failures of Kafka with a stable code, so that callers never look at the library's texts. */

export type KafkaErrorCode =
  /** No broker answers. */
  | 'unreachable'
  /** A broker answers and does not let us in, or not do that. */
  | 'unauthorised'
  | 'unknown_topic'
  /** The broker does not take a message of that size. */
  | 'too_large'
  | 'closed'
  /** Anything else the brokers or the library refused. */
  | 'failed';

export class KafkaError extends Error {
  readonly code: KafkaErrorCode;

  constructor(code: KafkaErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'KafkaError';
    this.code = code;
  }
}

const CODE_OF_TYPE: Readonly<Record<string, KafkaErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown_topic',
  MESSAGE_TOO_LARGE: 'too_large',
  RECORD_LIST_TOO_LARGE: 'too_large',
  TOPIC_AUTHORIZATION_FAILED: 'unauthorised',
  GROUP_AUTHORIZATION_FAILED: 'unauthorised',
  CLUSTER_AUTHORIZATION_FAILED: 'unauthorised',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'unauthorised',
  SASL_AUTHENTICATION_FAILED: 'unauthorised',
  UNSUPPORTED_SASL_MECHANISM: 'unauthorised',
};

const CODE_OF_NAME: Readonly<Record<string, KafkaErrorCode>> = {
  KafkaJSSASLAuthenticationError: 'unauthorised',
  KafkaJSConnectionError: 'unreachable',
  KafkaJSConnectionClosedError: 'unreachable',
  KafkaJSRequestTimeoutError: 'unreachable',
  KafkaJSBrokerNotFound: 'unreachable',
  KafkaJSNoBrokerAvailableError: 'unreachable',
};

/** The library's sentences leave out whom they are about. */
const PREFIX: Readonly<Record<KafkaErrorCode, string>> = {
  unreachable: 'no Kafka broker answers: ',
  unauthorised: 'the Kafka brokers refuse us: ',
  unknown_topic: 'the Kafka brokers do not know the topic: ',
  too_large: 'the Kafka brokers do not take the message: ',
  closed: '',
  failed: '',
};

function text(source: object, property: string): string {
  const value: unknown = Reflect.get(source, property);
  return typeof value === 'string' ? value : '';
}

/** The error and what caused it: the library wraps what it gave up on. */
function* chain(thrown: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [thrown];
  for (const each of waiting) {
    if (!(each instanceof Error) || seen.has(each)) continue;
    seen.add(each);
    yield each;
    waiting.push(each.cause);
    const several: unknown = Reflect.get(each, 'errors');
    if (Array.isArray(several)) waiting.push(...(several as unknown[]));
  }
}

/** Turns whatever the library threw into a `KafkaError`, leaving one that already is as it is. */
export function kafkaError(thrown: unknown): KafkaError {
  if (thrown instanceof KafkaError) return thrown;
  for (const error of chain(thrown)) {
    const code = CODE_OF_TYPE[text(error, 'type')] ?? CODE_OF_NAME[error.name];
    if (code) return new KafkaError(code, `${PREFIX[code]}${error.message}`, { cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new KafkaError('failed', message, { cause: thrown });
}

/** Whether the library itself threw it. */
export function isLibraryError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name.startsWith('KafkaJS');
}

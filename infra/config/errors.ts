export interface ConfigProblem {
  readonly variable: string;
  /** As printed: quoted, shortened, masked when secret. */
  readonly value: string;
  readonly rule: string;
}

/** Bad configuration. The message is one line naming variable, value and rule of each problem. */
export class ConfigError extends Error {
  readonly code = 'bad_config';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: { cause?: unknown } = {}) {
    super(problems.map(({ variable, value, rule }) => `${variable}=${value} ${rule}`).join('; '), options);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

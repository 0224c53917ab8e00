import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import type { ReaderFacts } from '../app.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { badInput } from '../failure.ts';
import { facts } from '../output/table.ts';

const EXAMPLES = `
The role chronofolio_reader sees the schema reporting and nothing else, and nobody gets in by it before
it has a password. It belongs to the server: databases on one server share it and its password.

Examples:
  $ chronofolio reader show
  $ chronofolio reader set-password
  $ chronofolio reader set-password --password-file /run/secrets/reader
  $ pass show chronofolio/reader | chronofolio reader set-password --password-file - --json`;

const LEAST_LENGTH = 12;
const GENERATED_BYTES = 24;

/** The role for those who read reports, Grafana for one. */
export function readerCommand(context: CliContext): Command {
  return new Command('reader')
    .summary('the role that reads reports')
    .description('Shows the read-only role of the schema reporting, and lets it in by a password.')
    .addHelpText('after', EXAMPLES)
    .addCommand(showCommand(context), { isDefault: true })
    .addCommand(setPasswordCommand(context));
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('Shows whether the role is there, its limits and what it may read.')
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const reader = await app.reader.facts();
        const url = readerUrl(app.database.url, reader.role);
        result(
          {
            role: reader.role,
            exists: reader.exists,
            has_password: reader.hasPassword ?? null,
            connection_limit: reader.connectionLimit ?? null,
            settings: reader.settings,
            views: reader.views,
            url,
          },
          () => factsText(reader, url),
        );
      });
    });
}

function factsText(reader: ReaderFacts, url: string): string {
  if (!reader.exists)
    return `The role ${reader.role} is not there: the role that migrates may not create it.
"chronofolio reader set-password" makes it when run by one that may.`;
  const password = { true: 'set', false: 'none: nobody gets in by this role', undefined: 'not to be seen' };
  return facts([
    ['role', reader.role],
    ['password', password[`${reader.hasPassword}`]],
    ['connections', reader.connectionLimit === -1 ? 'without limit' : String(reader.connectionLimit)],
    ...reader.settings.map((setting): [string, string] => {
      const [name = '', ...value] = setting.split('=');
      return [name, value.join('=')];
    }),
    ['views', reader.views.join(', ')],
    ['connect by', url],
  ]);
}

interface PasswordOptions extends GlobalOptions {
  readonly passwordFile?: string;
}

function setPasswordCommand(context: CliContext): Command {
  return new Command('set-password')
    .description('Sets the password of the role: from a file, or one that is made and printed this once.')
    .option('--password-file <file>', 'a file whose first line is the password; - is standard input')
    .action(async (_options: PasswordOptions, command: Command) => {
      const options = command.optsWithGlobals<PasswordOptions>();
      const given = options.passwordFile === undefined ? undefined : await readPassword(options.passwordFile);
      await withApp(context, options, async ({ app, result }) => {
        const password = given ?? randomBytes(GENERATED_BYTES).toString('base64url');
        await app.reader.setPassword(password);
        const { role } = await app.reader.facts();
        const url = readerUrl(app.database.url, role);
        result(
          { role, url, ...(given === undefined ? { password } : {}) },
          () =>
            `${given === undefined ? `The password of ${role}, shown this once: ${password}` : `The password of ${role} is set.`}
Connect by ${url}`,
        );
      });
    });
}

async function readPassword(file: string): Promise<string> {
  const content = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch(
    (error: unknown) => {
      throw badInput(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
    },
  );
  const password = content.replace(/\r?\n[^]*$/, '');
  if (password.length < LEAST_LENGTH)
    throw badInput(`a password of at least ${LEAST_LENGTH} characters is asked for`);
  if (/\p{Cc}/u.test(password)) throw badInput('a password holds no control characters');
  return password;
}

/** Where the role connects, without its password. */
function readerUrl(url: string, role: string): string {
  const address = new URL(url);
  address.username = role;
  address.password = '';
  return address.toString();
}

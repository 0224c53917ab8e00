import { Command } from 'commander';
import type { IssuedKey, KeyOrder } from '../../commands/access/keys.ts';
import { keyOrder } from '../../commands/access/order.ts';
import type { KeyRecord, Orderer } from '../../commands/access/ports.ts';
import { isKeyId } from '../../domain/access/key-token.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput, CliFailure } from '../failure.ts';
import { table } from '../output/table.ts';

const EXAMPLES = `
A key is printed once, alone on standard output, and cannot be had again. Scopes are read, write, operate
and admin; none implies another. Without --portfolios a key knows of all portfolios.

Examples:
  $ chronofolio keys issue --name report --scopes read --portfolios PORT_001,PORT_002 > report.key
  $ chronofolio keys issue --name loader --scopes read,write --expires 2030-12-31T00:00:00Z
  $ chronofolio keys list
  $ chronofolio keys rotate k7m2qd4xw5ta > report.key
  $ chronofolio keys revoke k7m2qd4xw5ta --reason "left the team"`;

const BY: Orderer = { source: 'cli' };

/** API keys: who may ask over HTTP. */
export function keysCommand(context: CliContext): Command {
  return new Command('keys')
    .summary('API keys: who may ask over HTTP')
    .description('Issues, lists, rotates and revokes API keys.')
    .addHelpText('after', EXAMPLES)
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(issueCommand(context))
    .addCommand(rotateCommand(context))
    .addCommand(revokeCommand(context));
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Lists all keys, revoked ones included, the latest first. Their secrets are kept nowhere.')
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const keys = await app.keys.list();
        result({ keys }, () => listText(keys, app.now()));
      });
    });
}

function listText(keys: readonly KeyRecord[], now: string): string {
  if (keys.length === 0) return 'There are no keys.';
  return table(
    ['key', 'name', 'scopes', 'portfolios', 'issued', 'used', 'state'].map((title) => ({ title })),
    keys.map((key) => [
      key.key_id,
      key.name,
      key.scopes.join(','),
      portfoliosText(key.portfolio_ids),
      key.created_at.slice(0, 10),
      key.last_used_at?.slice(0, 16).replace('T', ' ') ?? 'never',
      stateOf(key, now),
    ]),
  );
}

const PORTFOLIOS_SHOWN = 3;

function portfoliosText(ids: KeyRecord['portfolio_ids']): string {
  if (ids === null) return 'all';
  const more = ids.length - PORTFOLIOS_SHOWN;
  return (
    [ids.slice(0, PORTFOLIOS_SHOWN).join(','), ...(more > 0 ? [`and ${more} more`] : [])].join(' ') || 'none'
  );
}

function stateOf({ revoked_at: revoked, expires_at: expires }: KeyRecord, now: string): string {
  if (revoked !== null) return `revoked ${revoked.slice(0, 10)}`;
  if (expires === null) return 'good';
  return Date.parse(expires) <= Date.parse(now)
    ? `ended ${expires.slice(0, 10)}`
    : `good until ${expires.slice(0, 10)}`;
}

interface IssueOptions extends GlobalOptions {
  readonly name: string;
  readonly scopes: string;
  readonly portfolios?: string;
  readonly expires?: string;
}

function issueCommand(context: CliContext): Command {
  return new Command('issue')
    .description('Issues a key and prints it, this once.')
    .requiredOption('--name <text>', 'who or what it is for')
    .requiredOption('--scopes <list>', 'of read, write, operate, admin, by commas')
    .option('--portfolios <ids>', 'the portfolios it may know of, by commas; all when absent')
    .option('--expires <instant>', 'when it ends; never when absent')
    .action(async (_options: IssueOptions, command: Command) => {
      const options = command.optsWithGlobals<IssueOptions>();
      const order = orderOf(options);
      await withApp(context, options, async (session) => {
        if (order.expires_at !== undefined && order.expires_at <= session.app.now())
          throw badInput('--expires must be in the future');
        show(session, await session.app.keys.issue(order, BY));
      });
    });
}

function orderOf({ name, scopes, portfolios, expires }: IssueOptions): KeyOrder {
  const parsed = keyOrder.safeParse({
    name,
    scopes: list(scopes),
    ...(portfolios === undefined ? {} : { portfolio_ids: list(portfolios) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badInput(`--${OPTION[String(issue?.path[0])] ?? 'name'}: ${issue?.message ?? 'is not valid'}`);
  }
  const { portfolio_ids, expires_at, ...order } = parsed.data;
  return {
    ...order,
    ...(portfolio_ids === undefined ? {} : { portfolio_ids }),
    ...(expires_at === undefined ? {} : { expires_at }),
  };
}

const OPTION: Readonly<Record<string, string>> = {
  name: 'name',
  scopes: 'scopes',
  portfolio_ids: 'portfolios',
  expires_at: 'expires',
};

function list(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}

/** The key alone goes to standard output, so that it can be sent to where it is kept. */
function show({ json, result, terminal }: Session, { key, token }: IssuedKey): void {
  if (!json) terminal.note(`Key ${key.key_id} for ${key.name}; it is not shown again:`);
  result({ key, token }, () => token);
}

function rotateCommand(context: CliContext): Command {
  return new Command('rotate')
    .description('Issues a key in place of another, which is revoked, and prints it, this once.')
    .argument('<key>', 'the id of the key', keyArgument)
    .action(async (keyId: string, _options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async (session) => {
        const issued = await session.app.keys.rotate(keyId, BY);
        if (!issued) throw new CliFailure(EXIT.failure, `there is no key ${keyId} in force`);
        show(session, issued);
      });
    });
}

interface RevokeOptions extends GlobalOptions {
  readonly reason?: string;
}

function revokeCommand(context: CliContext): Command {
  return new Command('revoke')
    .description('Revokes a key. Every process refuses it within seconds.')
    .argument('<key>', 'the id of the key', keyArgument)
    .option('--reason <text>', 'why, for the log')
    .action(async (keyId: string, _options: RevokeOptions, command: Command) => {
      const { reason, ...globals } = command.optsWithGlobals<RevokeOptions>();
      await withApp(context, globals, async ({ app, result }) => {
        const key = await app.keys.revoke(keyId, BY, reason);
        if (!key) throw new CliFailure(EXIT.failure, `there is no key ${keyId}`);
        result({ key }, () => `Key ${keyId} for ${key.name} is revoked.`);
      });
    });
}

function keyArgument(text: string): string {
  if (isKeyId(text)) return text;
  throw badInput('the id of a key has 12 letters and digits; it stands after cf_ in the key');
}

/** Portfolios, securities and splits of an import: judged in the order of the rows. */
import type { Decision } from '../deciders/decision.ts';
import { decideClosePortfolio, decideOpenPortfolio } from '../deciders/portfolio.ts';
import { decideAnnounceSplit, decideRegisterSecurity } from '../deciders/security.ts';
import type { ImportCommand } from './kinds.ts';
import type { Draft, Entry } from './draft.ts';
import { count } from './draft.ts';
import type { Resolving } from './resolving.ts';

interface Rules<T> {
  readonly command: ImportCommand;
  readonly nameOf: (command: T) => string;
  readonly field: string;
  readonly isKnown: (command: T) => boolean;
  readonly decide: (command: T) => Decision;
}

/** Two rows about the same thing must agree: which of them is meant to count, nobody can tell. */
function resolveEach<T>({ draft, known, problems, output }: Resolving, entries: Entry<T>[], rules: Rules<T>) {
  const first = new Map<string, Entry<T>>();
  for (const entry of entries) {
    const name = rules.nameOf(entry.command);
    const earlier = first.get(name);
    if (earlier) {
      if (entry.ifUnknown || JSON.stringify(earlier.command) === JSON.stringify(entry.command))
        count(draft.repeats, rules.command);
      else {
        const message = `${problems.nameOf(earlier.ref)} says otherwise of ${name}`;
        problems.add(entry.ref, [{ field: rules.field, rule: 'conflict', message }]);
      }
      continue;
    }
    first.set(name, entry);
    if (entry.ifUnknown && rules.isKnown(entry.command)) {
      count(draft.repeats, rules.command);
      continue;
    }
    const decision = rules.decide(entry.command);
    if (!decision.ok) problems.add(entry.ref, decision.errors);
    else if (decision.events.length === 0) count(draft.repeats, rules.command);
    else
      for (const event of decision.events) {
        known.apply(event);
        output.plan(rules.command, entry.ref, event);
      }
  }
}

function lists(resolving: Resolving): Draft['lists'] {
  return resolving.draft.lists;
}

export function resolvePortfolios(resolving: Resolving): void {
  const { known } = resolving;
  resolveEach(resolving, lists(resolving).portfolios, {
    command: 'portfolios',
    field: 'portfolio_id',
    nameOf: (command) => command.portfolio_id,
    isKnown: (command) => known.portfolio(command.portfolio_id).settings !== undefined,
    decide: (command) => decideOpenPortfolio(command, known.portfolio(command.portfolio_id)),
  });
}

export function resolveClosures(resolving: Resolving): void {
  const { known } = resolving;
  resolveEach(resolving, lists(resolving)['portfolio-closures'], {
    command: 'portfolio-closures',
    field: 'portfolio_id',
    nameOf: (command) => command.portfolio_id,
    isKnown: () => false,
    decide: (command) => decideClosePortfolio(command, known.portfolio(command.portfolio_id)),
  });
}

export function resolveSecurities(resolving: Resolving): void {
  const { known } = resolving;
  resolveEach(resolving, lists(resolving).securities, {
    command: 'securities',
    field: 'security_id',
    nameOf: (command) => command.security_id,
    isKnown: (command) => known.security(command.security_id).details !== undefined,
    decide: (command) => decideRegisterSecurity(command, known.security(command.security_id)),
  });
}

export function resolveSplits(resolving: Resolving): void {
  const { known, output, draft } = resolving;
  for (const { command, ref } of draft.lists.splits)
    known.mentioned(command.security_id, undefined, (event) =>
      output.plan('securities', ref, event, { rows: 0 }),
    );
  resolveEach(resolving, draft.lists.splits, {
    command: 'splits',
    field: 'date',
    nameOf: (command) => `${command.security_id} on ${command.date}`,
    isKnown: () => false,
    decide: (command) => decideAnnounceSplit(command, known.security(command.security_id)),
  });
}

/** The role that reads the schema `reporting`; the migrations make it, this looks after it. */
import { DatabaseError } from './errors.ts';
import type { Database } from './queryable.ts';
import { scramVerifier } from './scram.ts';

export type ReaderRoleErrorCode = 'reader_not_permitted';

/** The role of the connection may not make or change the reader. */
export class ReaderRoleError extends Error {
  readonly code: ReaderRoleErrorCode = 'reader_not_permitted';
  override readonly name = 'ReaderRoleError';
}

export interface ReaderFacts {
  readonly role: string;
  readonly exists: boolean;
  /** `undefined` when the connection may not see it. */
  readonly hasPassword: boolean | undefined;
  /** -1 is none. */
  readonly connectionLimit: number | undefined;
  /** What its sessions start with, such as `statement_timeout=30s`. */
  readonly settings: readonly string[];
  /** The views that it may read in this database. */
  readonly views: readonly string[];
}

const FACTS = `
  select r.rolconnlimit as connection_limit,
         coalesce((select s.setconfig from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0), '{}') as settings,
         coalesce((select array_agg(c.relname::text order by c.relname) from pg_class c
          where c.relnamespace = 'reporting'::regnamespace and c.relkind in ('v', 'm')
            and has_table_privilege(r.oid, c.oid, 'select')), '{}') as views,
         has_table_privilege('pg_authid', 'select') as may_see_password
  from pg_roles r
  where r.rolname = $1`;

const HAS_PASSWORD = `select rolpassword is not null as present from pg_authid where rolname = $1`;

// A role's password is no parameter of any statement; quoting is left to the server.
const ALTER_PASSWORD = `select format('alter role chronofolio_reader password %L', $1::text) as statement`;

const ROLE = 'chronofolio_reader';

export interface ReaderRole {
  facts(): Promise<ReaderFacts>;
  /**
   * Sets the password, after making the role when it is missing.
   * @throws ReaderRoleError
   */
  setPassword(password: string): Promise<void>;
}

/** `database` must be connected as the role that migrates. */
export function createReaderRole(database: Database): ReaderRole {
  return {
    async facts() {
      const [row] = await database.query<{
        connection_limit: number;
        settings: string[];
        views: string[];
        may_see_password: boolean;
      }>(FACTS, [ROLE]);
      const [password] = row?.may_see_password
        ? await database.query<{ present: boolean }>(HAS_PASSWORD, [ROLE])
        : [];
      return {
        role: ROLE,
        exists: row !== undefined,
        hasPassword: password?.present,
        connectionLimit: row?.connection_limit,
        settings: row?.settings ?? [],
        views: row?.views ?? [],
      };
    },
    async setPassword(password) {
      try {
        await database.transaction(async (tx) => {
          const [prepared] = await tx.query<{ outcome: string }>(`select public.prepare_reader() as outcome`);
          if (prepared?.outcome === 'not_permitted') throw notPermitted();
          const [row] = await tx.query<{ statement: string }>(ALTER_PASSWORD, [scramVerifier(password)]);
          if (row) await tx.query(row.statement);
        });
      } catch (error) {
        throw error instanceof DatabaseError && error.sqlState === INSUFFICIENT_PRIVILEGE
          ? notPermitted(error)
          : error;
      }
    },
  };
}

const INSUFFICIENT_PRIVILEGE = '42501';

function notPermitted(cause?: unknown): ReaderRoleError {
  return new ReaderRoleError(
    `the role of this connection may not make or change ${ROLE}: run this as an administrator of the server`,
    { cause },
  );
}

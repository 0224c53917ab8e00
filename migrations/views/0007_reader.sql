-- The role of those who read reports: what it sees is the schema reporting.
--
-- A role belongs to the whole server, so that several databases share it and their migrations may make it
-- at the same moment. Every later migration that adds views ends with "select public.prepare_reader()".

create or replace function public.prepare_reader() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made boolean := false;
begin
  if not exists (select from pg_roles where rolname = 'chronofolio_reader') then
    begin
      -- Without a password nobody can log in by one: it is set when somebody is to read.
      create role chronofolio_reader login connection limit 20;
      made := true;
      -- Only here: what an operator changes later stays.
      alter role chronofolio_reader set default_transaction_read_only = on;
      alter role chronofolio_reader set statement_timeout = '30s';
      alter role chronofolio_reader set lock_timeout = '5s';
      alter role chronofolio_reader set idle_in_transaction_session_timeout = '60s';
      alter role chronofolio_reader set search_path = reporting;
      alter role chronofolio_reader set timezone = 'UTC';
      -- Compiling a report takes longer than running it.
      alter role chronofolio_reader set jit = off;
    exception
      -- Another database's migration made it while this one was about to.
      when duplicate_object or unique_violation then
        made := false;
      when insufficient_privilege then
        raise notice 'the role chronofolio_reader is not there and % may not create it', current_user;
        return 'not_permitted';
    end;
  end if;

  begin
    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant connect on database %I to chronofolio_reader', current_database());
    revoke create on schema public from public;
  exception
    when insufficient_privilege then
      raise notice 'the rights of everybody on this database are not for % to take', current_user;
  end;
  begin
    -- Large objects are the one thing that anybody may write without any right on a table.
    revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
  exception
    when insufficient_privilege then
      raise notice 'the functions of large objects are not for % to take from everybody', current_user;
  end;
  grant usage on schema reporting to chronofolio_reader;
  grant select on all tables in schema reporting to chronofolio_reader;
  alter default privileges in schema reporting grant select on tables to chronofolio_reader;
  return case when made then 'created' else 'present' end;
end
$$;
comment on function public.prepare_reader is
  'Makes the role chronofolio_reader if it is missing and may be made, and lets it read every view of the schema reporting.';
revoke execute on function public.prepare_reader from public;

select public.prepare_reader();

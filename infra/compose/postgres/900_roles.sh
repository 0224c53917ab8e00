#!/bin/sh
# Run once, by the image, on an empty volume and after the extension is there: the program owns the
# database without being a superuser. It may make roles because its migrations make the reader.
set -eu

psql --set=ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv owner_password CHRONOFOLIO_DATABASE_PASSWORD
\getenv database POSTGRES_DB

create role chronofolio login createrole password :'owner_password';
alter database :"database" owner to chronofolio;
revoke all on database :"database" from public;
-- What anybody may write without a right on any table, and only a superuser may take away.
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
SQL

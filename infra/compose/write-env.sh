#!/bin/sh
# Writes .env from .env.example with passwords of its own. Never touches one that is there: the volumes
# were made with its passwords.
set -eu
cd "$(dirname "$0")/../.."

if [ -e .env ]; then
  echo '.env is there already; remove it (and the volumes: docker compose down --volumes) to begin anew' >&2
  exit 1
fi

password() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

umask 077
while IFS= read -r line; do
  case "$line" in
    *_PASSWORD=) echo "$line$(password)" ;;
    *) echo "$line" ;;
  esac
done <.env.example >.env.new
mv .env.new .env
echo 'wrote .env; GRAFANA_ADMIN_PASSWORD in it is what Grafana asks for (user admin)'

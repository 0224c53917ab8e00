-- Who may ask: API keys. What was issued and revoked stands in the log; here is what is needed to know a key.

create table api_keys (
  key_id        text primary key check (key_id ~ '^[a-z0-9]{12}$'),
  -- SHA-256 of a secret of 256 random bits. The secret itself is kept nowhere.
  hash          bytea not null check (length(hash) = 32),
  name          text not null,
  scopes        text[] not null,
  -- Null: all portfolios.
  portfolio_ids text[],
  created_at    timestamptz not null,
  expires_at    timestamptz,
  revoked_at    timestamptz,
  -- To the minute.
  last_used_at  timestamptz
);
comment on table api_keys is 'API keys by their public ids. A key that is revoked stays, so that its id is never another''s.';
revoke all on api_keys from public;

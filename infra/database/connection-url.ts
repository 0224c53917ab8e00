/** Connection strings: session options added, passwords kept out of every text. */

/**
 * Adds server settings (`-c name=value`) to a connection string, after any `options` it already has,
 * so that ours win. The driver lets the string override its own settings, hence the detour.
 */
export function withSessionSettings(url: string, settings: Readonly<Record<string, string>>): string {
  const [base, query] = splitOnce(url, '?');
  const parameters = new URLSearchParams(query);
  const own = Object.entries(settings).map(
    ([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`,
  );
  const given = parameters.get('options');
  parameters.set('options', (given ? [given, ...own] : own).join(' '));
  // The driver decodes with decodeURIComponent, for which a plus is a plus.
  return `${base}?${parameters.toString().replaceAll('+', '%20')}`;
}

/** The same connection string with its password replaced by `***`. */
export function maskPassword(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#@]*):.*@(?=[^@]*$)/i, '$1:***@')
    .replace(/([?&](?:password|sslpassword)=)[^&#]*/gi, '$1***');
}

/** A function that takes the password of a connection string out of any text. */
export function redactor(url: string): (text: string) => string {
  const secrets = [
    /^[a-z][a-z0-9+.-]*:\/\/[^:/?#@]*:(.*)@[^@]*$/i.exec(url)?.[1],
    /[?&](?:password|sslpassword)=([^&#]*)/i.exec(url)?.[1],
  ]
    .flatMap((secret) => (secret ? [secret, decoded(secret)] : []))
    .filter((secret) => secret !== '');
  return (text) =>
    secrets.reduce(
      (redacted, secret) => redacted.replaceAll(secret, '***'),
      text.replaceAll(url, maskPassword(url)),
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

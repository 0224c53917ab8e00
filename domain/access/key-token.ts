/** API keys as their holders have them: `cf_<key id>_<secret>`. */

export interface KeyToken {
  /** Public: names the key in lists and in the log. */
  readonly keyId: string;
  readonly secret: string;
}

/** 256 bits in base64url. */
const SECRET_LENGTH = 43;
const TOKEN = new RegExp(`^cf_([a-z0-9]{12})_([A-Za-z0-9_-]{${SECRET_LENGTH}})$`);
const KEY_ID = /^[a-z0-9]{12}$/;

export function keyToken({ keyId, secret }: KeyToken): string {
  return `cf_${keyId}_${secret}`;
}

export function parseKeyToken(text: string): KeyToken | undefined {
  const [, keyId, secret] = TOKEN.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

/** Whether the text means to be a key, be it a good one or not. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith('cf_');
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

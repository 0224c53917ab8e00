/** Bytes of messages for people: as text where they are text, else in hexadecimal. */

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text, unless it is none or holds control characters other than tab and line ends. */
export function plainText(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const ROW = 16;

/** Rows of an offset, sixteen bytes in hexadecimal, and those that are printable. */
export function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const printable = [...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
    rows.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(ROW * 3 - 1)}  ${printable.join('')}`);
  }
  return rows.join('\n');
}

/** Text as it is; other bytes as a dump. Nothing of it can steer a terminal. */
export function bytesText(bytes: Uint8Array): string {
  return plainText(bytes) ?? hexDump(bytes);
}

/** For programs: the text, or base64 where there is none. */
export function valueForms(
  bytes: Uint8Array | null,
): { readonly text: string } | { readonly base64: string } | null {
  if (bytes === null) return null;
  const text = plainText(bytes);
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
}

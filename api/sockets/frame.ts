/**
 * Frames of the WebSocket protocol (RFC 6455, 5.2) as a server sends them: whole, not masked. A message for
 * many is framed once, and the same bytes are written to every socket.
 */

const FIN_TEXT = 0x81;
const FIN_PING = 0x89;
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xffff;

/** A ping without data. */
export const PING_FRAME: Buffer = Buffer.from([FIN_PING, 0]);

/** The text of a message as one frame. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length <= MAX_SHORT ? 2 : length <= MAX_MEDIUM ? 4 : 10;
  // Not from the shared pool: a frame that waits for a slow client would keep its neighbours alive.
  const frame = Buffer.allocUnsafeSlow(start + length);
  frame[0] = FIN_TEXT;
  if (start === 2) {
    frame[1] = length;
  } else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}

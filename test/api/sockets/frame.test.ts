import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PING_FRAME, textFrame } from '../../../api/sockets/frame.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

test('a client understands frames of every length, and pings between them', async () => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) =>
    'é'.repeat(length / 2).padEnd(length, 'x'),
  );
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      const key = /sec-websocket-key: (.+)\r\n/i.exec(request.toString())![1]!;
      const accept = createHash('sha1')
        .update(key + GUID)
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      for (const text of texts) socket.write(Buffer.concat([textFrame(text), PING_FRAME]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: string[] = [];
  let pings = 0;
  ws.on('ping', () => pings++);
  ws.on('message', (data: Buffer) => received.push(data.toString()));
  await expect.poll(() => pings).toBe(texts.length);
  expect(received).toEqual(texts);
  ws.terminate();
  server.close();
});

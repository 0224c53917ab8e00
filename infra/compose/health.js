/**
 * For the image's health check, which has no curl: ends with 0 when a URL answers 200, else with 1 and
 * the reason, which `docker inspect` shows. Without a URL: whether the process on PORT lives.
 */
import { get } from 'node:http';

const TIMEOUT_MS = 4_000;
const url = process.argv[2] ?? `http://127.0.0.1:${process.env.PORT || '8080'}/health/live`;

function fail(reason) {
  console.error(`${url}: ${reason}`);
  process.exitCode = 1;
}

const request = get(url, { timeout: TIMEOUT_MS, agent: false }, (reply) => {
  let body = '';
  reply.setEncoding('utf8');
  reply.on('data', (text) => (body += text));
  reply.on('end', () => {
    if (reply.statusCode !== 200) fail(`${reply.statusCode} ${body.slice(0, 500)}`);
  });
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
request.on('error', (error) => fail(error.message));

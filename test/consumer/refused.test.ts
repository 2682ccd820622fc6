/** What the storage account says when it lets nobody in reaches whoever has to tell of it, past the client library's own store. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createContainer, storeOn } from '../../src/consumer/connect.ts';
import { troubleOf } from '../../src/consumer/errors.ts';

/** Answers as an account does that refuses, or is broken. */
let answer: { readonly status: number; readonly code: string; readonly words: string };
const server = http.createServer((_, response) => {
  const { status, code, words } = answer;
  response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code });
  response.end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${words}</Message></Error>`);
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => void server.close());

async function toldOf(said: typeof answer): Promise<ReturnType<typeof troubleOf>> {
  answer = said;
  const { port } = server.address() as AddressInfo;
  const key = Buffer.from('key').toString('base64');
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=example;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/example;`;
  const container = createContainer({ connectionString }, 'checkpoints');
  const asked = storeOn(() => container, 10_000).listOwnership('example.servicebus.windows.net', 'hub', '$Default');
  const error = await asked.then(
    () => assert.fail('it was let in'),
    (reason: unknown) => reason,
  );
  return troubleOf(error, true);
}

test('who is refused is told so, with what gives leave', async () => {
  const { code, detail } = await toldOf({
    ...{ status: 403, code: 'AuthenticationFailed' },
    words: 'Server failed to authenticate the request.',
  });
  assert.equal(code, 'storage_unauthorized');
  assert.match(detail, /^Server failed to authenticate the request\. .*CHECKPOINT_STORAGE_CONNECTION_STRING/);
});

test('a firewall is told apart', async () => {
  const { code, detail } = await toldOf({
    ...{ status: 403, code: 'AuthorizationFailure' },
    words: 'This request is not authorized to perform this operation.',
  });
  assert.equal(code, 'storage_unauthorized');
  assert.match(detail, /firewall/);
});

test('what is wrong otherwise is no matter of leave', async () => {
  const { code } = await toldOf({ status: 404, code: 'ContainerNotFound', words: 'The container does not exist.' });
  assert.equal(code, 'storage_unreachable');
});

import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { authority, meteredToken, securedAddress, token } from './places.mjs';
import { connect, detailsOf, translate, translateStream } from './tarjama.mjs';

const ca = readFileSync(authority);

/** Runs `use` with a client of its own. */
async function withClient(options, use) {
  const client = connect(securedAddress, options);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

test('who has the token is served over TLS, streams too', () =>
  withClient({ tls: true, ca, token }, async (client) => {
    const { translations } = await translate(client, ['صباح الخير.']);
    const open = async function* () {
      yield Buffer.from('صباح الخير.');
    };
    const segments = [];
    for await (const segment of translateStream(client, open)) segments.push(segment);
    assert.deepEqual(segments, translations[0].segments);
  }));

for (const [name, options, reason] of [
  ['without a token', { tls: true, ca }, 'CREDENTIALS_MISSING'],
  ['with a wrong token', { tls: true, ca, token: 'wrong' }, 'CREDENTIALS_INVALID'],
]) {
  test(`${name} calls end with UNAUTHENTICATED`, () =>
    withClient(options, (client) =>
      assert.rejects(translate(client, ['صباح الخير.']), (error) => {
        assert.equal(error.code, grpc.status.UNAUTHENTICATED);
        assert.equal(detailsOf(error).ErrorInfo.reason, reason);
        return true;
      }),
    ));
}

test('a token is not sent in clear', () => {
  assert.throws(() => connect(securedAddress, { token }));
});

test('a server of an unknown authority is not trusted', () =>
  withClient({ tls: true }, (client) =>
    assert.rejects(translate(client, ['صباح الخير.'], { deadline: Date.now() + 1000 })),
  ));

// The quota is 60,000 characters a minute: it grows back by 1,000 a second. White space counts as any
// other text, and takes no time to translate.
test('who has used up the quota is told when to come again, and is served then', () =>
  withClient({ tls: true, ca, token: meteredToken }, async (client) => {
    await translate(client, ['\n'.repeat(60_000)]);
    let attempts = 0;
    const counted = {
      translateText(...call) {
        attempts += 1;
        return client.translateText(...call);
      },
    };

    const tooSoon = translate(counted, ['\n'.repeat(50_000)], { deadline: Date.now() + 5000 });
    await assert.rejects(tooSoon, (error) => {
      assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
      const { ErrorInfo, RetryInfo } = detailsOf(error);
      assert.equal(ErrorInfo.reason, 'QUOTA_EXCEEDED');
      assert.ok(RetryInfo.retryDelay.seconds > 5);
      assert.equal(attempts, 1, 'it would have to wait until after its deadline');
      return true;
    });

    const { translations } = await translate(counted, ['\n'.repeat(3_000)]);
    assert.equal(translations[0].translation, '\n'.repeat(3_000));
    assert.ok(attempts > 2, 'refused at first, and tried again');
  }));

import grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { address } from './places.mjs';
import { connect, detailsOf, translate } from './tarjama.mjs';

const client = connect(address);
after(() => client.close());

/** The error of a call, which must fail. */
async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('the call did not fail');
}

test('a bad argument is told with its field and a stable reason', async () => {
  const error = await failureOf(translate(client, ['مرحبا', 'a\0b']));

  assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
  const { ErrorInfo, BadRequest, RequestInfo, RetryInfo } = detailsOf(error);
  assert.deepEqual(ErrorInfo, { reason: 'NUL_CHARACTER', domain: 'tarjama', metadata: {} });
  assert.equal(BadRequest.fieldViolations[0].field, 'texts[1]');
  assert.equal(RequestInfo.requestId, error.metadata.get('x-request-id')[0]);
  assert.equal(RetryInfo, undefined);
});

for (const [options, code, reason] of [
  [{ model: 'absent' }, 'NOT_FOUND', 'MODEL_NOT_FOUND'],
  [{ beamSize: 1000 }, 'INVALID_ARGUMENT', 'FIELD_INVALID'],
  [{ alternativeCount: -1 }, 'INVALID_ARGUMENT', 'FIELD_INVALID'],
]) {
  test(`${JSON.stringify(options)} ends with ${code}`, async () => {
    const error = await failureOf(translate(client, ['مرحبا'], options));

    assert.equal(error.code, grpc.status[code]);
    assert.equal(detailsOf(error).ErrorInfo.reason, reason);
  });
}

test('a chunk that is not UTF-8 is refused by the offset of its first wrong byte', async () => {
  const call = client.streamingTranslateText();
  call.write({ config: {} });
  call.write({ chunk: Buffer.from([0x41, 0x42, 0xff]) });
  call.end();

  const [error] = await once(call.resume(), 'error');

  assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(detailsOf(error).ErrorInfo.reason, 'INVALID_UTF8');
  assert.match(error.details, /\b2\b/);
});

test('a stream that outlasts its deadline ends with DEADLINE_EXCEEDED', async () => {
  const call = client.streamingTranslateText({ deadline: Date.now() + 500 });
  call.write({ config: {} }); // the rest of the document never comes

  const [error] = await once(call.resume(), 'error');

  assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
});

test('a stream that is cancelled ends with CANCELLED, and the server hears of it', async () => {
  const metadata = new grpc.Metadata();
  metadata.set('x-request-id', 'cancelled-by-node');
  const call = client.streamingTranslateText(metadata);
  call.write({ config: {} });
  const [initial] = await once(call, 'metadata');
  assert.deepEqual(initial.get('x-request-id'), ['cancelled-by-node']);

  call.cancel();
  const [error] = await once(call.resume(), 'error');

  assert.equal(error.code, grpc.status.CANCELLED);
});

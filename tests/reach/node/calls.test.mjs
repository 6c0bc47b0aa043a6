import grpc from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { address } from './places.mjs';
import { connect, translate, translateStream } from './tarjama.mjs';

const DOCUMENT = [
  'اجتمع الوزراء في بغداد أمس.\n\n',
  '  ناقشوا الميزانية الجديدة 👩🏽‍🚀 و𞸀𞸁 معها؟ ثم غادروا المدينة.\n',
  'OK 12\n',
  'لم يعلن أحد عن موعد الاجتماع القادم.\n',
].join('');

const client = connect(address);
after(() => client.close());

async function collect(segments) {
  const collected = [];
  for await (const segment of segments) collected.push(segment);
  return collected;
}

/** Chunks of `size` bytes: of 1, they end inside every character that is not ASCII. */
function inChunksOf(size, text = DOCUMENT) {
  const bytes = Buffer.from(text);
  return async function* open(offset) {
    for (let start = offset; start < bytes.length; start += size) {
      yield bytes.subarray(start, start + size);
    }
  };
}

test('a call answers one result per text, in order, and names the model', async () => {
  const texts = ['صباح الخير.', '', 'OK 12', 'كيف الحال؟ أنا بخير.'];

  const { translations, model } = await translate(client, texts);

  assert.equal(translations.length, texts.length);
  assert.deepEqual(translations[1], { translation: '', segments: [] });
  assert.equal(translations[2].translation, 'OK 12');
  assert.equal(translations[3].segments.length, 2);
  for (const { translation, segments } of translations) {
    assert.equal(translation, segments.map((segment) => segment.translation).join(''));
    assert.doesNotMatch(translation, /\p{Script=Arabic}/u);
  }
  assert.match(model.checksum, /^[0-9a-f]{64}$/);
});

test('a score that is not there is not taken for 0, which is certain', async () => {
  const { translations } = await translate(client, ['OK 12', 'صباح الخير.']);

  const [passedThrough, translated] = translations.map(({ segments: [segment] }) => segment);
  assert.deepEqual(passedThrough.flags, ['SEGMENT_FLAG_PASSED_THROUGH']);
  assert.equal(passedThrough.score, undefined);
  assert.ok(translated.score < 0);
});

for (const size of [1, 3, 7, 64 * 1024]) {
  test(`a stream in chunks of ${size} bytes gives the segments of a call`, async () => {
    const { translations } = await translate(client, [DOCUMENT]);

    const segments = await collect(translateStream(client, inChunksOf(size)));

    assert.deepEqual(segments, translations[0].segments);
  });
}

test('a stream whose connection breaks goes on where it was', async () => {
  const { port, host } = new URL(`http://${address}`);
  const sockets = new Set();
  let connections = 0;
  const proxy = net.createServer((downstream) => {
    connections += 1;
    const upstream = net.connect(Number(port), host.split(':')[0]);
    for (const [one, other] of [[downstream, upstream], [upstream, downstream]]) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
    }
  });
  await promisify(proxy.listen.bind(proxy))(0, '127.0.0.1');
  const behindProxy = connect(`127.0.0.1:${proxy.address().port}`);
  let isCut = () => {};
  const cut = new Promise((resolve) => (isCut = resolve));
  const bytes = Buffer.from(DOCUMENT);
  const offsets = [];
  const open = async function* (offset) {
    offsets.push(offset);
    const rest = bytes.subarray(offset);
    const half = rest.indexOf('OK 12');
    if (half > 0) yield rest.subarray(0, half);
    await cut; // what comes after can only go through the second connection
    yield half > 0 ? rest.subarray(half) : rest;
  };

  const segments = [];
  for await (const segment of translateStream(behindProxy, open)) {
    if (segments.length === 0) {
      for (const socket of sockets) socket.destroy();
      isCut();
    }
    segments.push(segment);
  }
  behindProxy.close();
  await promisify(proxy.close.bind(proxy))();

  const { translations } = await translate(client, [DOCUMENT]);
  assert.deepEqual(segments, translations[0].segments);
  assert.equal(connections, 2);
  assert.equal(offsets.length, 2);
  assert.ok(offsets[1] > 0, 'the second stream began at a safe point');
});

test('an error of the source ends the stream and is thrown', async () => {
  const open = async function* () {
    yield Buffer.from('صباح الخير.\n');
    throw new Error('the disk is gone');
  };

  await assert.rejects(collect(translateStream(client, open)), /the disk is gone/);
});

test('counts and offsets are numbers', async () => {
  const [segment] = await collect(translateStream(client, inChunksOf(64)));

  assert.equal(typeof segment.sentenceIndex, 'number');
  assert.equal(typeof segment.sourceSpan.end, 'number');
});

test('models are listed, the default one first, with what they accept', async () => {
  const { models } = await promisify(client.listModels.bind(client))({});

  assert.equal(models[0].isDefault, true);
  assert.deepEqual(models[0].sourceLanguages, ['ar']);
  assert.equal(models[0].alignment, 'ALIGNMENT_SUPPORT_TRAINED');
  assert.ok(models[0].limits.maxCallCharacters > 0);
  const { model } = await promisify(client.getModel.bind(client))({ name: models[0].name });
  assert.deepEqual(model, models[0]);
});

test('health is SERVING, asked with the service definition of grpc-health-check', async () => {
  const Health = grpc.makeClientConstructor(healthService, 'Health');
  const health = new Health(address, grpc.credentials.createInsecure());

  const { status } = await promisify(health.check.bind(health))({ service: '' });
  health.close();

  assert.equal(status, 'SERVING');
});

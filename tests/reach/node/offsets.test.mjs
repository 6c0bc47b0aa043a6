import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { address } from './places.mjs';
import { connect, translate } from './tarjama.mjs';

// Each of these is more units of UTF-16 than code points: an astronaut and a family, of several emoji
// joined; a hand with a skin tone; mathematical Arabic letters from the supplementary planes.
const TEXTS = [
  '👩🏽‍🚀 قال الوزير إن Tarjama مفيدة جدا. 👍🏽 شكرا يا Tarjama على الترجمة.',
  'العائلة 👨‍👩‍👧‍👦 في البيت\n𞸀𞸁𞸂 كتب المعلم على اللوح. ثم فتح Tarjama.',
  '𐺀 زار الرئيس مدينة بغداد يوم الأحد ومعه Tarjama 🇮🇶 وعاد.',
];
const UNITS = {
  OFFSET_UNIT_CODE_POINTS: (text, { start, end }) => [...text].slice(start, end).join(''),
  OFFSET_UNIT_UTF16: (text, { start, end }) => text.slice(start, end),
  OFFSET_UNIT_UTF8: (text, { start, end }) => Buffer.from(text).subarray(start, end).toString(),
};

const client = connect(address);
after(() => client.close());

for (const [offsetUnit, slice] of Object.entries(UNITS)) {
  test(`${offsetUnit}: segments tile the text`, async () => {
    const { translations } = await translate(client, TEXTS, { offsetUnit });

    for (const [index, { segments }] of translations.entries()) {
      const pieces = segments.map((segment) => slice(TEXTS[index], segment.sourceSpan));
      assert.equal(pieces.join(''), TEXTS[index]);
      assert.ok(pieces.every((piece) => piece.isWellFormed()));
      assert.ok(pieces.slice(0, -1).every((piece) => /\s$/u.test(piece)), 'cut behind white space');
    }
  });

  test(`${offsetUnit}: phrases are found where they stand, on both sides`, async () => {
    const doNotTranslate = ['Tarjama'];

    const { translations } = await translate(client, TEXTS, { offsetUnit, doNotTranslate });

    const found = TEXTS.flatMap((text, index) =>
      translations[index].segments.flatMap(({ translation, glossaryApplications }) =>
        glossaryApplications.map(({ source, target }) => [
          slice(text, source),
          slice(translation, target),
        ]),
      ),
    );
    assert.deepEqual(found, Array(4).fill(['Tarjama', 'Tarjama']));
  });

  test(`${offsetUnit}: alignment links whole words`, async () => {
    const { translations } = await translate(client, TEXTS, { offsetUnit, alignment: true });

    let links = 0;
    for (const [index, { segments }] of translations.entries()) {
      for (const { translation, alignment } of segments) {
        for (const { source, target } of alignment) {
          assert.match(slice(TEXTS[index], source), /^[\p{L}\p{M}\p{N}'’]+$/u);
          assert.match(slice(translation, target), /^[\p{L}\p{M}\p{N}'’]+$/u);
          links += 1;
        }
      }
    }
    assert.ok(links >= TEXTS.length);
  });
}

/** The drawings that were given from this browser, and a service that deletes them, or doesn't answer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { memoryStore } from '../../../frontend/js/ui/storage/record_store.js';
import { MyDrawings } from '../../../frontend/js/my_drawings/my_drawings.js';
import { factsOf, statusWords, summaryWords } from '../../../frontend/js/my_drawings/my_drawings_words.js';

const STROKES = [[[100, 100, 0], [100, 400, 40]]];

function held(id, given = 1) {
  return { id, receipt: `receipt of ${id}`, label: 7, use: 'training', given, strokes: STROKES };
}

/** A page with these receipts; `answers` are what the service says to each deletion in turn, 'deleted' after the last. */
async function page(receipts, answers = []) {
  const [asked, deleted, filtered] = [[], [], []];
  const collaborators = {
    receipts,
    remove: async ({ id, receipt }) => {
      asked.push([id, receipt]);
      return answers.shift() ?? 'deleted';
    },
    changed: () => {},
    tell: () => {},
    states: async (tickets) => tickets.map(({ id }) => ({ id, state: id === 'gone' ? 'deleted' : 'kept', filtered: id === 'odd' })),
    filtered: (id) => filtered.push(id),
    deleted: ({ id }) => deleted.push(id),
  };
  const yours = new MyDrawings(collaborators);
  await yours.load();
  return { yours, asked, deleted, filtered };
}

function statuses(yours) {
  return yours.list.map(({ id, status }) => [id, status]);
}

test('receipts of earlier visits are listed, newest first, and a new one before them', async () => {
  const receipts = memoryStore();
  await receipts.add(held('old', 1));
  await receipts.add(held('young', 2));
  const { yours } = await page(receipts);

  await yours.add(held('new', 3));
  await yours.add(held('new', 3));

  assert.deepEqual(statuses(yours), [['new', 'kept'], ['young', 'kept'], ['old', 'kept']]);
  assert.equal((await receipts.all()).length, 3);
});

test('a deleted drawing is asked for by its receipt, and its receipt is removed', async () => {
  const receipts = memoryStore();
  const { yours, asked, deleted } = await page(receipts);
  await yours.add(held('a'));
  await yours.add(held('b'));

  await yours.delete(['a']);

  assert.deepEqual(asked, [['a', 'receipt of a']]);
  assert.deepEqual(deleted, ['a']);
  assert.deepEqual(statuses(yours), [['b', 'kept'], ['a', 'deleted']]);
  assert.deepEqual((await receipts.all()).map(({ id }) => id), ['b']);
});

test('an unanswered deletion is sent again', async () => {
  const { yours, asked } = await page(memoryStore(), ['later']);
  await yours.add(held('a'));
  await yours.add(held('b'));

  await yours.delete(['a', 'b']);
  assert.deepEqual([yours.unanswered, asked.length], [true, 1]);
  assert.deepEqual(statuses(yours), [['b', 'deleting'], ['a', 'deleting']]);
  await yours.resume();

  assert.equal(yours.unanswered, false);
  assert.deepEqual(statuses(yours), [['b', 'deleted'], ['a', 'deleted']]);
});

test('a deletion that was asked for is not forgotten when the page is left', async () => {
  const receipts = memoryStore();
  const left = await page(receipts, ['later']);
  await left.yours.add(held('a'));
  await left.yours.delete(['a']);

  const { yours, asked } = await page(receipts);

  assert.deepEqual(asked, [['a', 'receipt of a']]);
  assert.deepEqual(statuses(yours), [['a', 'deleted']]);
  await left.yours.resume();
});

test('a drawing that the service does not know is marked, and its receipt can be removed', async () => {
  const receipts = memoryStore();
  const { yours, deleted } = await page(receipts, ['unknown']);
  await yours.add(held('a'));

  await yours.delete(['a']);
  assert.deepEqual(statuses(yours), [['a', 'unknown']]);
  assert.equal((await receipts.all())[0].deleting, undefined);
  await yours.forget('a');

  assert.deepEqual([yours.list, await receipts.all(), deleted], [[], [], []]);
});

test('the list is summarized in one line', () => {
  const list = (...all) => all.map((status) => ({ ...held('x'), status }));

  const words = [
    summaryWords([], false),
    summaryWords(list('kept'), false),
    summaryWords(list('kept', 'kept', 'deleted'), false),
    summaryWords(list('kept', 'deleting'), false),
    summaryWords(list('deleting', 'deleting'), true),
    summaryWords(list('deleted', 'deleted'), false),
    summaryWords(list('kept', 'unknown'), false),
  ];

  assert.deepEqual(words, [
    'No drawing from this browser is stored.',
    '1 drawing from this browser is stored.',
    '2 drawings from this browser are stored. 1 deleted.',
    '1 drawing from this browser is stored. Deleting 1.',
    'The service does not answer; 2 will be deleted as soon as it does.',
    'No drawing from this browser is stored any more. 2 deleted.',
    '1 drawing from this browser is stored. 1 unknown to this service.',
  ]);
  assert.match(statusWords({ ...held('x'), use: 'validation', status: 'kept' }), /never trained on/);
});

test('stored facts have units and plain words', () => {
  const facts = Object.fromEntries(
    factsOf({
      drawing: 'the-id',
      label: 8,
      contributor: '0123456789abcdef',
      use: 'validation',
      received_at: '2026-11-21T03:45:00.123Z',
      consent: '2026-11-2',
      licence: 'CC BY 4.0',
      width: 500,
      height: 500,
      pen_width: 16,
      pointer: 'touch',
      strokes: [[[1, 1, 0], [2, 2, 900]], [[3, 3, 1500]]],
      samples: [{ ink: 0.125 }, { ink: 1 }],
    }),
  );

  assert.equal(facts['Asked for'], 'an 8');
  assert.equal(facts['Ink'], '2 strokes, 3 points in 1.5 s');
  assert.equal(facts['Pictures'], '2, from 13 to 100\u00a0% of the ink');
  assert.equal(facts['Drawn with'], 'a finger, 16 px wide, on 500 × 500 px');
  assert.deepEqual([facts['Licence'], facts['Terms']], ['CC BY 4.0', 'version 2026-11-2']);
});

test('a drawing that the label filter left out is marked, in later visits too', async () => {
  const receipts = memoryStore();
  const { yours, filtered } = await page(receipts);
  await yours.add(held('a'));
  await yours.add(held('odd'));

  await yours.review();

  assert.deepEqual(filtered, ['odd']);
  assert.deepEqual((await page(receipts)).yours.list.map((one) => [one.id, Boolean(one.filtered)]), [['a', false], ['odd', true]]);
  assert.match(statusWords(yours.list[0]), /left out/);
});

test('a drawing that was deleted with another browser is listed as deleted', async () => {
  const receipts = memoryStore();
  const { yours, deleted } = await page(receipts);
  await yours.add(held('a', 1));
  await yours.add(held('gone', 2));

  await yours.review();

  assert.deepEqual(statuses(yours), [['gone', 'deleted'], ['a', 'kept']]);
  assert.deepEqual(deleted, ['gone']);
  assert.deepEqual((await receipts.all()).map(({ id }) => id), ['a']);
});

test('a drawing whose receipt another tab has removed meanwhile is asked about, when the page is back', async () => {
  const receipts = memoryStore();
  await receipts.add(held('gone'));
  await receipts.add(held('new'));
  const { yours, deleted } = await page(receipts);

  await receipts.remove('gone');
  await receipts.remove('new'); // deleted by nobody: its receipt may be on its way to the store
  await yours.load();
  await new Promise(setImmediate);

  assert.deepEqual(statuses(yours), [['gone', 'deleted'], ['new', 'kept']]);
  assert.deepEqual(deleted, ['gone']);
});

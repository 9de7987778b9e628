import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseDigit, choosePrompt, confusedShares } from '../../../../frontend/js/contribute/prompt/prompt_choice.js';

const EVEN = Array(10).fill(4);
const MATRIX = Array.from({ length: 10 }, (_, row) => Array.from({ length: 10 }, (_, guess) => (row === guess ? 100 : 0)));
const CONFUSED = MATRIX.map((row, digit) => (digit === 4 ? row.map((count, guess) => (guess === 9 ? 100 : count)) : row));

/** How often each digit is asked for, over evenly spread chance. */
function asked(confused, before = null) {
  const counts = Array(10).fill(0);
  for (let i = 0; i < 2000; i++) counts[choosePrompt(EVEN, confused, (i + 0.5) / 2000, before).digit] += 1 / 2000;
  return counts;
}

test('what is confused at late stages is asked for most, and every digit keeps its share', () => {
  const shares = asked(confusedShares({ recall: [], confusion: CONFUSED }));

  assert.ok(shares[4] > 0.25 && shares[9] > 0.15, String(shares));
  for (const share of shares) assert.ok(share >= 0.049, String(shares));
});

test('the probability that is stored is the one with which the digit is asked for', () => {
  const confused = confusedShares({ recall: [], confusion: CONFUSED });
  const shares = asked(confused, 3);

  assert.equal(shares[3], 0);
  for (let i = 0; i < 40; i++) {
    const { digit, probability } = choosePrompt(EVEN, confused, i / 40, 3);
    assert.ok(Math.abs(probability - shares[digit]) < 0.002, `${digit}: ${probability}`);
  }
});

test('a card without the matrix says by its recall what is confused', () => {
  const recall = [1, 1, 1, 1, 1, 1, 1, 0.8, 1, 1];

  assert.equal(confusedShares({ recall })[7], 1);
  assert.equal(confusedShares({ recall: Array(10).fill(1) }), null);
  assert.equal(confusedShares({ recall: [0.5] }), null);
});

test('before a card was read, the digits that were drawn least are asked for', () => {
  const counts = [5, 5, 1, 5, 5, 1, 5, 5, 5, 5];

  assert.deepEqual(choosePrompt(counts, null, 0, null), { digit: 2, probability: 0.5 });
  assert.deepEqual(choosePrompt(counts, null, 0.9, 5), { digit: 2, probability: 1 });
});

test('the digit that was drawn least is asked for', () => {
  const counts = [5, 5, 5, 2, 5, 5, 5, 5, 5, 5];

  for (const random of [0, 0.4, 0.999]) assert.equal(chooseDigit(counts, random, null), 3);
});

test('chance decides between digits drawn equally rarely', () => {
  const counts = [1, 0, 1, 0, 1, 1, 0, 1, 1, 1];

  const asked = [0, 0.34, 0.67, 0.999999].map((random) => chooseDigit(counts, random, null));

  assert.deepEqual(asked, [1, 3, 6, 6]);
});

test('the same digit is not asked for twice in a row', () => {
  const counts = [5, 5, 5, 0, 5, 5, 5, 5, 5, 4];

  assert.equal(chooseDigit(counts, 0.5, 3), 9);
});

test('asking by the counts evens them out', () => {
  const counts = Array(10).fill(0);
  let before = null;
  for (let i = 0; i < 100; i++) {
    before = chooseDigit(counts, (i * 0.618) % 1, before);
    counts[before]++;
  }

  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
});

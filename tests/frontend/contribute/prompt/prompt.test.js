import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Prompt } from '../../../../frontend/js/contribute/prompt/prompt.js';

const EVEN = Array(10).fill(1);
const WITHOUT_FIVE = EVEN.map((count, digit) => (digit === 5 ? 0 : count));

test('the digit of before a reload is asked for again, with a forgotten probability', () => {
  const prompt = new Prompt(7);

  prompt.begin(WITHOUT_FIVE);

  assert.deepEqual([prompt.asked, prompt.label, prompt.probability], [7, 7, null]);
});

test('without one the rarest digit is asked for', () => {
  const prompt = new Prompt(null);

  prompt.begin(WITHOUT_FIVE);

  assert.deepEqual([prompt.asked, prompt.probability], [5, 1]);
});

test('the next digit is another one', () => {
  const prompt = new Prompt(null);
  prompt.begin(WITHOUT_FIVE);

  for (let i = 0; i < 20; i++) {
    const before = prompt.asked;
    prompt.next(EVEN);
    assert.notEqual(prompt.asked, before);
  }
});

test('a digit that the visitor chose has no probability', () => {
  const prompt = new Prompt(null);
  prompt.begin(EVEN);

  prompt.askFor(4);

  assert.deepEqual([prompt.asked, prompt.probability], [4, null]);
});

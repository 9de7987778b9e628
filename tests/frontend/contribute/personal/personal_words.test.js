import assert from 'node:assert/strict';
import test from 'node:test';

import '../../english.js';
import { gainWords, personalWords } from '../../../../frontend/js/contribute/personal/personal_words.js';

test('the line says how many drawings are used, and nothing without any', () => {
  const personal = { isOn: true, isSomeoneElse: false };

  assert.equal(personalWords(personal, 7), 'Uses 7 of your drawings');
  assert.equal(personalWords(personal, 0), '');
  assert.equal(personalWords({ ...personal, isOn: false }, 7), 'Your drawings are not used');
});

test('the gain is shown after one of each digit, losses too', () => {
  const state = (digits, personal) => ({ drawings: 12, digits, gain: { drawings: 6, plain: 0.8, personal } });

  assert.equal(gainWords(state(9, 0.9)), '');
  assert.equal(gainWords(state(10, 0.9)), '10 points better');
  assert.equal(gainWords(state(10, 0.79)), '1 point worse');
  assert.equal(gainWords(state(10, 0.8)), 'no gain yet');
  assert.equal(gainWords({ drawings: 10, digits: 10, gain: null }), '');
  assert.equal(gainWords(null), '');
});

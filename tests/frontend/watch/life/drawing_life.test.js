import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../english.js';
import { addMoment, inkBy, momentAt, paceOf, runsOf, storyOf, timeOf } from '../../../../frontend/js/watch/life/drawing_life.js';
import { roomFor, scalesOf } from '../../../../frontend/js/watch/life/guess_timeline.js';
import { knownWords, momentWords, storyWords } from '../../../../frontend/js/watch/life/life_words.js';

const LINE = [[[0, 0, 0], [100, 0, 1000]]]; // 100 px in a second

function moment(ink, digit, probability = 0.6) {
  const probabilities = Array(10).fill((1 - probability) / 9);
  probabilities[digit] = probability;
  return { ink, prediction: { probabilities } };
}

function life(moments, label = null, strokes = LINE) {
  return { strokes, moments, compared: [], label };
}

function plain(words) {
  return words.replaceAll('\u00a0', ' ');
}

test('ink that was undone takes its moments with it', () => {
  const moments = [10, 20, 30].map((ink) => moment(ink, 1));

  const after = addMoment(moments, moment(20, 7));

  assert.deepEqual(after.map(({ ink }) => ink), [10, 20]);
  assert.equal(after[1].prediction.probabilities[7], 0.6);
});

test('a moment of the past is put in its place', () => {
  const moments = [10, 30, 40].map((ink) => moment(ink, 1));

  const after = addMoment(moments, moment(20, 7), 30);

  assert.deepEqual(after.map(({ ink }) => ink), [10, 20, 30]);
});

test('the guess runs by leading digit; a moment without one belongs to none', () => {
  const blank = { ink: 2, prediction: { probabilities: Array(10).fill(0.1) } };

  const runs = runsOf([moment(0, 1), moment(1, 1), blank, moment(3, 7), moment(4, 1)]);

  assert.deepEqual(runs, [{ digit: 1, from: 0, to: 1 }, { digit: 7, from: 3, to: 3 }, { digit: 1, from: 4, to: 4 }]);
});

test('the story names each turn, when the guess stayed and when it was sure', () => {
  const story = storyOf(life([moment(5, 1), moment(22, 7), moment(48, 2), moment(61, 2, 0.95), moment(100, 2, 0.99)]));

  assert.equal(plain(storyWords(story)), 'first 1, then 7 from 22 %, 2 from 48 % on, sure at 61 %');
  assert.equal(plain(knownWords(story)), 'I knew at 48 %');
});

test('a guess that led for a moment only is no turn, and its neighbours are one', () => {
  const story = storyOf(life([moment(5, 1), moment(50, 4), moment(52, 1), moment(80, 7, 0.95), moment(100, 7, 0.95)]));

  assert.equal(plain(storyWords(story)), 'first 1, then 7 from 80 % on, sure at 80 %');
});

test('a guess that was sure and doubted again is sure from the last time on', () => {
  const story = storyOf(life([moment(10, 3, 0.95), moment(40, 3, 0.6), moment(70, 3, 0.95)]));

  assert.equal(story?.sure, 0.7);
});

test('a drawing that no digit leads clearly was never known', () => {
  const story = storyOf(life([moment(50, 3, 0.3), moment(100, 3, 0.3)]));

  assert.equal(plain(storyWords(story)), '3 from 50 % on, never sure');
  assert.equal(knownWords(story), '');
});

test('a wrong guess of the asked digit is not called knowing', () => {
  const moments = [moment(30, 1, 0.95), moment(100, 1, 0.95)];

  assert.equal(plain(knownWords(storyOf(life(moments, 7)))), 'I was wrong from 30 %');
  assert.equal(plain(knownWords(storyOf(life(moments, 1)))), 'I knew at 30 %');
});

test('a stretch that is no digit is named so, and is never known', () => {
  const scribble = { ink: 60, prediction: { ...moment(60, 3, 0.95).prediction, unsure: true } };
  const story = storyOf(life([moment(10, 1, 0.95), scribble, { ...scribble, ink: 100 }]));

  assert.equal(plain(storyWords(story)), 'first 1, then no digit from 60 % on, never sure');
  assert.equal(knownWords(story), '');
  assert.equal(plain(momentWords(0.6, scribble)), 'At 60 % of the ink: no digit');
});

test('a drawing without a guess has no story', () => {
  assert.equal(storyOf(life([])), null);
  assert.equal(storyWords(null) + knownWords(null), '');
});

test('looking back finds what was read by then', () => {
  const moments = [moment(10, 1), moment(50, 7)];

  assert.equal(momentAt(moments, 5), undefined);
  assert.equal(momentAt(moments, 49), moments[0]);
  assert.equal(plain(momentWords(0.49, momentAt(moments, 49))), 'At 49 % of the ink: 1, 60 % sure');
  assert.equal(plain(momentWords(0.05, undefined)), 'At 5 % of the ink: no guess yet');
});

test('a replay takes as long as the drawing, but for long pauses', () => {
  const pace = paceOf([[[0, 0, 100], [0, 50, 200]], [[0, 0, 9000], [0, 50, 9100]]]);

  assert.equal(inkBy(pace, 50), 25);
  assert.equal(inkBy(pace, 400), 50);
  assert.equal(inkBy(pace, 650), 75);
  assert.equal(inkBy(pace, 700), null);
  assert.equal(timeOf(pace, 75), 700);
});

test('the chart ends at its edge and finds the ink below a pointer', () => {
  const { x, y, inkAt } = scalesOf({ width: 400, height: 100 }, 800);

  assert.equal(x(800), 392);
  assert.equal(inkAt(x(200)), 200);
  assert.equal(inkAt(-50), 0);
  assert.equal(inkAt(1000), 800);
  assert.ok(y(1) < y(0));
});

test('the digit of the guess that stands is named, then those that led longest', () => {
  assert.deepEqual([...roomFor([10, 14, 60, 64], 100)].sort(), [1, 3]);
  assert.deepEqual([...roomFor([10, 40, 90], 100, [20, 20, 20])].sort(), [1, 2], 'long names need more room than digits');
});

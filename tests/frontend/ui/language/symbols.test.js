/** A page's symbol set, by its address and as the service describes it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setIdOf } from '../../../../frontend/js/ui/set_address.js';
import {
  classCount, className, classPrompt, isLearning, labelOf, learned, nameOfLabel, onSetChange, placeOf, useSet,
} from '../../../../frontend/js/ui/language/symbols.js';

test('the address names the set, under any prefix', () => {
  assert.equal(setIdOf('https://ink.example/'), 'digits');
  assert.equal(setIdOf('https://ink.example/index.html#models'), 'digits');
  assert.equal(setIdOf('https://ink.example/s/shapes/'), 'shapes');
  assert.equal(setIdOf('https://ink.example/some/prefix/s/shapes-2/#contribute'), 'shapes-2');
  assert.equal(setIdOf('https://ink.example/s/Shapes/'), 'digits');
});

test('until the service has answered there are ten digits', () => {
  assert.equal(classCount(), 10);
  assert.deepEqual([className(7), labelOf(7), placeOf(7), placeOf('7')], ['7', 7, 7, 7]);
});

test('a service of an earlier release describes no set', () => {
  useSet({});

  assert.equal(classCount(), 10);
});

test('the classes are those of the welcome, and listeners hear of a change once', () => {
  let changes = 0;
  onSetChange(() => changes++);
  const classes = [{ id: 'circle', name: 'Circle <b>', learning: true }, { id: 'dot', name: 'Dot', prompt: 'a dot' }];

  useSet({ name: 'Shapes', classes });
  useSet({ name: 'Shapes', classes: structuredClone(classes) });

  assert.equal(changes, 1);
  assert.deepEqual([classCount(), className(0), classPrompt(0), classPrompt(1)], [2, 'Circle <b>', 'Circle <b>', 'a dot']);
  assert.deepEqual([nameOfLabel('dot'), nameOfLabel('gone'), placeOf('gone')], ['Dot', 'gone', -1]);
  assert.deepEqual([isLearning(0), isLearning(1)], [true, false]);
  learned('circle');
  assert.equal(isLearning(0), false);
});

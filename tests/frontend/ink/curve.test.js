import assert from 'node:assert/strict';
import { test } from 'node:test';

import { discsOf, radiiOf } from '../../../frontend/js/ink/curve.js';

const even = (ms) => Array.from({ length: 20 }, (_, i) => [10 * i, 0, ms * i]);
const curveOf = (stroke) => {
  const radii = radiiOf(stroke);
  return stroke.slice(1).map((_, i) => discsOf(stroke, radii, i));
};

test('the curve passes through every point', () => {
  const stroke = [[0, 0, 0], [40, 10, 16], [60, 60, 32], [20, 90, 48]];

  const ends = curveOf(stroke).map((discs) => discs.at(-1).slice(0, 2).map((value) => Number(value.toFixed(9))));

  assert.deepEqual(ends, [[40, 10], [60, 60], [20, 90]]);
});

test('points of a circle give a rounder line than straight segments', () => {
  const corners = Array.from({ length: 13 }, (_, i) => [100 * Math.cos((i * Math.PI) / 6), 100 * Math.sin((i * Math.PI) / 6), 16 * i]);

  const inner = curveOf(corners).slice(1, -1).flat();
  const furthest = Math.max(...inner.map(([x, y]) => Math.abs(100 - Math.hypot(x, y))));

  assert.ok(furthest < 0.6, `${furthest} px off the circle`); // straight segments: 3.4 px
});

test('a sharp corner is not overshot', () => {
  const hook = [[0, 0, 0], [100, 0, 16], [101, 3, 32], [0, 6, 48]];

  const reach = Math.max(...curveOf(hook).flat().map(([x]) => x));

  assert.ok(reach < 104, `${reach} px`);
});

test('a quick pen is a little thinner than a slow one, and a dot has its full width', () => {
  const [slow, quick] = [radiiOf(even(50)), radiiOf(even(2))].map((radii) => radii.at(-1));

  assert.ok(quick < slow);
  assert.ok(quick > 6.5 && slow < 9);
  assert.deepEqual(radiiOf([[5, 5, 0]]), [8]);
});

test('ink that is drawn keeps its width when the stroke goes on', () => {
  const stroke = even(7);

  assert.deepEqual(radiiOf(stroke.slice(0, 9)), radiiOf(stroke).slice(0, 9));
});

test('points of the same time and place have a curve without gaps', () => {
  const discs = curveOf([[5, 5, 0], [5, 5, 0], [9, 5, 0]]).flat().flat();

  assert.ok(discs.every(Number.isFinite));
});

test('neighbouring segments agree in the direction at their joint', () => {
  const segments = curveOf([[0, 0, 0], [40, 10, 16], [60, 60, 32], [20, 90, 48]]);

  for (const [before, after] of [[segments[0], segments[1]], [segments[1], segments[2]]]) {
    const [[, , , ax, ay], [, , , bx, by]] = [before.at(-1), after[0]];
    assert.ok(ax * bx + ay * by > 1 - 1e-9);
  }
});

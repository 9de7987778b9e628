import assert from 'node:assert/strict';
import { test } from 'node:test';

import { auditWords } from '../../../frontend/js/operator/audit.js';
import { afterDecision, subjectOf } from '../../../frontend/js/operator/decisions.js';

const drawing = (id, contributor) => ({ id, contributor, label: '7', asked: '7', hidden: false, blocked: false, relabelled: false });
const [A, B, C] = [drawing('a', 'ann'), drawing('b', 'ann'), drawing('c', 'bob')];

test('a decision about a drawing changes no other', () => {
  const hidden = [A, B, C].map((each) => afterDecision(each, { action: 'hide' }, A));

  assert.deepEqual(hidden.map((each) => each?.hidden), [true, false, false]);
  assert.equal(hidden[1], B);
  assert.deepEqual(subjectOf({ action: 'hide' }, A), { drawing: 'a' });
});

test('a decision about a contributor changes all of their drawings', () => {
  const blocked = [A, B, C].map((each) => afterDecision(each, { action: 'block' }, A)?.blocked);

  assert.deepEqual(blocked, [true, true, false]);
  assert.deepEqual(subjectOf({ action: 'unblock' }, A), { contributor: 'ann' });
});

test('a label is marked as long as it is not the one that was asked for', () => {
  const other = afterDecision(A, { action: 'relabel', label: '1' }, A);
  const back = other && afterDecision(other, { action: 'relabel', label: '7' }, A);

  assert.deepEqual([other?.label, other?.relabelled, back?.label, back?.relabelled], ['1', true, '7', false]);
});

test('a deleted drawing is gone, and the others stay', () => {
  assert.deepEqual([A, B].map((each) => afterDecision(each, { action: 'delete' }, A)), [null, B]);
});

test('a line of the audit leaves out what the decision does not have', () => {
  const line = { at: '12:00', action: 'relabel', drawing: 'a', contributor: null, label_before: '7', label: '1', reason: '', via: 'page' };

  assert.equal(auditWords(line), '12:00  relabel  a  7 to 1  page');
});

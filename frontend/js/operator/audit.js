/** Shows what operators have decided, newest as the service lists it. */

import { element } from '../ui/dom.js';

/** @typedef {import('./moderation_calls.js').AuditLine} AuditLine */

/**
 * @param {HTMLElement} list
 * @param {readonly AuditLine[]} lines
 */
export function showAudit(list, lines) {
  list.replaceChildren(...lines.map((line) => element('li', {}, auditWords(line))));
}

/**
 * When, what, about whom, from which label to which, by which way, and why; without what a decision does not have.
 * @param {AuditLine} line
 */
export function auditWords({ at, action, drawing, contributor, label_before, label, reason, via }) {
  const labels = label === null ? '' : `${label_before} to ${label}`;
  return [at, action, drawing ?? contributor ?? '', labels, via, reason].filter((part) => part !== '').join('  ');
}

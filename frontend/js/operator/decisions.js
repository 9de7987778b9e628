/** An operator's decisions about a drawing or its contributor, and their effects. Pure functions. */

/** @typedef {import('./moderation_calls.js').StoredDrawing} StoredDrawing */
/**
 * @typedef {object} Decision
 * @property {'hide' | 'unhide' | 'delete' | 'block' | 'unblock' | 'relabel'} action
 * @property {string} [label] of a relabelling
 */

/**
 * Whom it concerns, as the service's call names it.
 * @param {Decision} decision
 * @param {StoredDrawing} about the drawing that was looked at
 * @returns {Readonly<Record<string, string>>}
 */
export function subjectOf(decision, about) {
  return isOfContributor(decision) ? { contributor: about.contributor } : { drawing: about.id };
}

/**
 * Any drawing once the decision is in effect.
 * @param {StoredDrawing} drawing
 * @param {Decision} decision
 * @param {StoredDrawing} about the drawing that was looked at
 * @returns {StoredDrawing | null} the same object where nothing changes; null: deleted
 */
export function afterDecision(drawing, decision, about) {
  const { action, label = '' } = decision;
  if (isOfContributor(decision)) return drawing.contributor === about.contributor ? { ...drawing, blocked: action === 'block' } : drawing;
  if (drawing.id !== about.id) return drawing;
  if (action === 'delete') return null;
  if (action === 'relabel') return { ...drawing, label, relabelled: label !== drawing.asked };
  return { ...drawing, hidden: action === 'hide' };
}

/** @param {Decision} decision */
function isOfContributor({ action }) {
  return action === 'block' || action === 'unblock';
}

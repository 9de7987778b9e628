/** The few words of an embedded canvas. It is a guest on its page, without the texts of the service's own page. */

/**
 * @typedef {object} Words
 * @property {string} draw
 * @property {string} keys what the keys do
 * @property {string} agree
 * @property {string} decline
 * @property {string} down
 * @property {string} up
 * @property {string} ended
 * @property {string} at `{x}` and `{y}` are % of the canvas
 */

/** @type {Readonly<Record<string, Words>>} */
const WORDS = {
  en: {
    draw: 'Canvas: draw here with mouse, finger, pen or arrow keys',
    keys: 'Arrow keys move the pen, with Shift in small steps; Space puts it down and lifts it; Escape ends.',
    agree: 'Agree',
    decline: 'Not now',
    down: 'pen down',
    up: 'pen up',
    ended: 'pen put away',
    at: '{x} % from the left, {y} % from the top',
  },
  fr: {
    draw: 'Zone de dessin : dessinez ici à la souris, au doigt, au stylet ou avec les flèches',
    keys: 'Les flèches déplacent le stylet, avec Maj à petits pas ; Espace le pose et le lève ; Échap termine.',
    agree: 'Accepter',
    decline: 'Pas maintenant',
    down: 'stylet posé',
    up: 'stylet levé',
    ended: 'stylet rangé',
    at: '{x} % depuis la gauche, {y} % depuis le haut',
  },
  de: {
    draw: 'Zeichenfläche: zeichne hier mit Maus, Finger, Stift oder Pfeiltasten',
    keys: 'Pfeiltasten bewegen den Stift, mit Umschalt in kleinen Schritten; die Leertaste setzt ihn auf und hebt ihn; Esc beendet.',
    agree: 'Zustimmen',
    decline: 'Jetzt nicht',
    down: 'Stift aufgesetzt',
    up: 'Stift angehoben',
    ended: 'Stift weggelegt',
    at: '{x} % von links, {y} % von oben',
  },
  es: {
    draw: 'Lienzo: dibuja aquí con ratón, dedo, lápiz o las flechas',
    keys: 'Las flechas mueven el lápiz, con Mayús a pasos cortos; Espacio lo apoya y lo levanta; Esc termina.',
    agree: 'Aceptar',
    decline: 'Ahora no',
    down: 'lápiz apoyado',
    up: 'lápiz levantado',
    ended: 'lápiz guardado',
    at: '{x} % desde la izquierda, {y} % desde arriba',
  },
};

/**
 * The words in a language, English where there are none.
 * @param {string} language such as `fr` or `fr-CA`
 */
export function wordsIn(language) {
  const code = languageCode(language);
  return Object.hasOwn(WORDS, code) ? WORDS[code] : WORDS.en;
}

/**
 * The code in a language tag, as the wire has it: `fr` of `fr-CA` or `FR`.
 * @param {string} tag of an attribute, so any text
 */
export function languageCode(tag) {
  return /^[a-z]{2,3}(?![^-])/.exec(tag.trim().toLowerCase())?.[0] ?? 'en';
}

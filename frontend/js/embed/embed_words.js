/** The few words of an embedded canvas. It is a guest on its page, without the texts of the service's own page. */

/** @typedef {{readonly draw: string, readonly agree: string, readonly decline: string}} Words */

/** @type {Readonly<Record<string, Words>>} */
const WORDS = {
  en: { draw: 'Canvas: draw here with mouse, finger or pen', agree: 'Agree', decline: 'Not now' },
  fr: { draw: 'Zone de dessin : dessinez ici à la souris, au doigt ou au stylet', agree: 'Accepter', decline: 'Pas maintenant' },
  de: { draw: 'Zeichenfläche: zeichne hier mit Maus, Finger oder Stift', agree: 'Zustimmen', decline: 'Jetzt nicht' },
  es: { draw: 'Lienzo: dibuja aquí con ratón, dedo o lápiz', agree: 'Aceptar', decline: 'Ahora no' },
};

/**
 * The words in a language, English where there are none.
 * @param {string} language such as `fr` or `fr-CA`
 */
export function wordsIn(language) {
  return WORDS[language.toLowerCase().split('-')[0]] ?? WORDS.en;
}

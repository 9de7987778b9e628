// Runs before the page is painted: one whose language will be replaced by the visitor's choice is hidden until then.
(() => {
  const key = 'midstroke.language'; // also in language.js
  let chosen = null;
  try {
    chosen = localStorage.getItem(key);
  } catch {
    // The browser keeps no settings; the history's state may.
  }
  chosen ??= history.state?.[key] ?? null;
  if (chosen !== null && chosen !== document.documentElement.lang) document.documentElement.setAttribute('data-translating', '');
})();

/** Imports between the folders of the page's scripts run one way, as docs/architecture.md says. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../frontend/js', import.meta.url));
// The top layer first; folders of one layer don't import each other. `main.js` is above all.
const LAYERS = [
  ['page', 'embed'],
  ['contribute', 'game', 'operator', 'about'],
  ['models'],
  ['my_drawings'],
  ['share'],
  ['watch'],
  ['offline'],
  ['connection'],
  ['ink'],
  ['ui'],
];
const IMPORT = /^\s*(?:import|export)\s[^;]*?from '(\..+?)'|^[^*\n]*?\bimport\('(\..+?)'\)/gm; // not of types, which are in comments

const layerOf = (folder) => LAYERS.findIndex((layer) => layer.includes(folder));

/** @returns {readonly {file: string, imported: string}[]} paths below `frontend/js` */
function imports() {
  const files = readdirSync(ROOT, { recursive: true }).filter((file) => file.endsWith('.js'));
  return files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, fixed, later]) => ({
      file,
      imported: relative(ROOT, join(ROOT, dirname(file), fixed ?? later)),
    })),
  );
}

test('every folder has its layer', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((one) => one.isDirectory());

  assert.deepEqual(folders.filter(({ name }) => layerOf(name) < 0), []);
});

test('imports run down the layers', () => {
  const found = imports();

  const wrong = found.filter(({ file, imported }) => {
    const [from, to] = [file, imported].map((path) => path.split('/')[0]);
    return file.includes('/') && from !== to && layerOf(from) >= layerOf(to);
  });
  assert.ok(found.length > 300);
  assert.deepEqual(wrong, []);
});

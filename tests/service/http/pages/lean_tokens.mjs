/** Compares scripts with their lean forms, token by token. Arguments: the folder of each. Prints what differs. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [written, lean, tools] = process.argv.slice(2);
const ts = existsSync(join(tools, 'node_modules')) ? createRequire(`${tools}/`)('typescript') : null;

for (const name of readdirSync(written, { recursive: true }).filter((one) => one.endsWith('.js'))) {
  if (ts && tokens(join(written, name)).join('\n') !== tokens(join(lean, name)).join('\n')) console.log(name);
}
console.log(ts ? 'compared' : 'typescript is not installed');

function tokens(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const found = source.parseDiagnostics.map(({ messageText }) => `${messageText}`);
  const isDoc = ({ kind }) => kind >= ts.SyntaxKind.FirstJSDocNode && kind <= ts.SyntaxKind.LastJSDocNode;
  // Private names are others, but each stands for one.
  const names = new Map();
  const private_ = (name) => `#${names.get(name) ?? (names.set(name, names.size), names.size - 1)}`;
  const walk = (node) => {
    const children = node.getChildren(source).filter((child) => !isDoc(child));
    if (children.length) children.forEach(walk);
    else if (node.kind === ts.SyntaxKind.PrivateIdentifier) found.push(private_(node.getText(source)));
    else found.push(node.getText(source));
  };
  walk(source);
  return found;
}

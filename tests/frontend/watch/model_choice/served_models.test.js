import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ServedModels } from '../../../../frontend/js/watch/model_choice/served_models.js';

const model = (family) => ({ family, model: '1', encoding: 'ink20', contract: 'ink20/2', best: true, drawings: 1 });

test('the families of one set are not asked of another', () => {
  const greeted = [];
  let set = 'digits';
  const choice = { family: 'softmax', compare: '' };
  const served = new ServedModels(choice, (families) => [set, ...families].join(' '), (hello) => greeted.push(hello) > 0);
  served.opened();
  served.serve([model('path'), model('softmax')]);

  set = 'shapes';
  served.chooseAnew(choice);
  served.serve([model('examples')]);

  assert.deepEqual(greeted, ['digits', 'digits softmax', 'shapes', 'shapes examples']);
});

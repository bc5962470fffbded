import { expect, test } from 'vitest';
import { factsOf } from './document';

const nothing = { title: null, isOfRows: false, isInner: true, model: null };

test.each([
  ['', nothing],
  ['[1]', nothing],
  ['{"title": 3}', nothing],
  ['{"title": "T", "funcType": "Global"}', { ...nothing, title: 'T', isInner: false }],
  [
    '{"type": "tasks.DateFieldType", "modelPath": "models.Invoice", "unfinished',
    { ...nothing, isOfRows: true, model: 'models.Invoice' },
  ],
])('%s', (text, facts) => {
  expect(factsOf(text)).toEqual(facts);
});

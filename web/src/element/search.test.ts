import { expect, test } from 'vitest';
import { readElementSearch } from './search';

test.each([
  [{}, {}],
  [
    { mode: 'source', file: 'inner.py' },
    { mode: 'source', file: 'inner.py' },
  ],
  [{ mode: 'visual', file: '../app.json', other: 1 }, {}],
])('%j reads as %j', (search, expected) => {
  expect(readElementSearch(search)).toEqual(expected);
});

import { defaultParseSearch, defaultStringifySearch } from '@tanstack/react-router';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterOf, type RecordFilter, readSearch, searchOf, statuses, triggers } from './search';

const name = fc.stringMatching(/^[A-Za-z][\w.]{0,20}$/);
const words = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '');
const filters: fc.Arbitrary<RecordFilter> = fc.record(
  {
    status: fc.uniqueArray(fc.constantFrom(...statuses), { minLength: 1 }),
    task: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
    tag: words,
    row: fc.oneof(words, fc.integer().map(String), fc.constant('["a", 1]'), fc.constant('null')),
    trigger: fc.constantFrom(...triggers),
    version: fc.stringMatching(/^[0-9a-f]{6,64}$/),
    late: fc.constant(true as const),
    text: words,
    from: fc.constantFrom('7d', '1h', 'today', '2026-05-01', '2026-05-01T09:00'),
    to: fc.constantFrom('1h', 'yesterday', '2026-05-02'),
  },
  { requiredKeys: [] },
);

/** What the router makes of an address that was written for this filter. */
function throughAddress(filter: RecordFilter): RecordFilter {
  const address = defaultStringifySearch(searchOf(filter));
  return filterOf(readSearch(defaultParseSearch(address)));
}

describe('the address of the records', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(throughAddress(filter)).toEqual(filter);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no parts that let all through', () => {
    expect(searchOf({ status: [], task: [], text: undefined })).toEqual({});
    expect(defaultStringifySearch(searchOf({}))).toBe('');
  });

  it('is read whatever it says', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (search) => {
        const read = readSearch(search);
        expect(readSearch({ ...read })).toEqual(read);
        for (const value of Object.values(read)) expect(value).toBeTruthy();
      }),
    );
  });

  it('leaves out what means nothing', () => {
    const search = { status: 'failed,done,failed', trigger: 'x', version: 'abc', late: 0, row: 17 };
    expect(readSearch(search)).toEqual({ status: 'failed', row: '17' });
    expect(readSearch({ task: ' a , ,b', text: ' ' })).toEqual({ task: 'a,b' });
  });
});

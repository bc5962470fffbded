import { describe, expect, it } from 'vitest';
import type { RunRecord } from '@/api/records';
import { freshened } from './fresh';

const record = (id: number, status = 'completed') => ({ id, status }) as RunRecord;

describe('a listing that is being read', () => {
  it('is not changed by new records, which are counted', () => {
    const listed = [record(3), record(2), record(1)];
    const fresh = freshened(listed, [record(5), record(4), record(3), record(2)]);
    expect(fresh.records).toEqual(listed);
    expect(fresh).toMatchObject({ added: 2, addedMore: false, left: 0 });
  });

  it('shows what has become of a listed one', () => {
    const fresh = freshened([record(2, 'executing'), record(1)], [record(2, 'failed'), record(1)]);
    expect(fresh.records[0]?.status).toBe('failed');
    expect(fresh).toMatchObject({ added: 0, left: 0 });
  });

  it('knows that there may be more where nothing is common', () => {
    expect(freshened([record(1)], [record(9), record(8)])).toMatchObject({
      added: 2,
      addedMore: true,
      left: 0,
    });
  });

  it('counts those that have left the listing', () => {
    const fresh = freshened([record(3), record(2), record(1)], [record(2), record(1)]);
    expect(fresh).toMatchObject({ added: 0, left: 1 });
  });
});

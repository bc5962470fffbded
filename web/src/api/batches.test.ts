import { expect, test, vi } from 'vitest';
import { Batches } from './batches';

test('questions of one moment are sent together, and each gets its own answer', async () => {
  const ask = vi.fn(async (questions: readonly number[]) => questions.map((each) => each * 2));
  const batches = new Batches(ask, 3);
  const answers = await Promise.all([1, 2, 3, 4].map((each) => batches.one(each)));
  expect(answers).toEqual([2, 4, 6, 8]);
  expect(ask.mock.calls).toEqual([[[1, 2, 3]], [[4]]]);
  await expect(batches.one(5)).resolves.toBe(10);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('a failure is that of each question', async () => {
  const batches = new Batches<number, number>(() => Promise.reject(new Error('no')), 10);
  const asked = [1, 2].map((each) => batches.one(each));
  await expect(Promise.allSettled(asked)).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refresher } from './refresher';

let readings: { topics: string[]; end: () => void }[];
let refresher: Refresher;

beforeEach(() => {
  vi.useFakeTimers();
  readings = [];
  refresher = new Refresher(
    (topics) =>
      new Promise<void>((resolve) => {
        readings.push({ topics: [...topics].sort(), end: resolve });
      }),
  );
});
afterEach(() => vi.useRealTimers());

const seen = () => readings.map((reading) => reading.topics.join(' '));

test('a change is read at once', () => {
  refresher.add('tree');
  expect(seen()).toEqual(['tree']);
});

test('changes during a reading wait for its end and a pause, and are read together', async () => {
  refresher.add('records');
  for (let count = 0; count < 100; count += 1) refresher.add('records');
  refresher.add('status');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen()).toEqual(['records']);
  readings[0]?.end();
  await vi.advanceTimersByTimeAsync(499);
  expect(seen()).toEqual(['records']);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen()).toEqual(['records', 'records status']);
});

test('after a failure the next change is read', async () => {
  const failing = vi.fn(() => Promise.reject(new Error('away')));
  const other = new Refresher(failing);
  other.add('tree');
  await vi.advanceTimersByTimeAsync(500);
  other.add('tree');
  expect(failing).toHaveBeenCalledTimes(2);
});

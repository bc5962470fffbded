import { expect, test, vi } from 'vitest';
import { Unread } from './unread';

test('what a control holds without being a value is named until it is one', () => {
  const unread = new Unread();
  const listener = vi.fn();
  unread.subscribe(listener);
  unread.add('a', { label: 'Every', drop: () => {} });
  unread.add('a', { label: 'Every', drop: () => {} });
  expect(unread.snapshot()).toEqual(['Every']);
  unread.remove('a');
  expect(unread.snapshot()).toEqual([]);
  expect(listener).toHaveBeenCalledTimes(3);
});

test('dropping makes each control show its value again', () => {
  const unread = new Unread();
  const drop = vi.fn();
  unread.add('a', { label: 'Every', drop });
  unread.drop();
  expect(drop).toHaveBeenCalledOnce();
  expect(unread.snapshot()).toEqual([]);
});

import { beforeEach, describe, expect, test } from 'vitest';
import { type Draft, Drafts, type Storage } from './drafts';
import { memoryStorage } from './memory-storage';

const DAY = 24 * 3_600_000;
const NOW = 100 * DAY;
let memory: Storage;

function page(name: string, file = 'e.json'): Drafts {
  return new Drafts(memory, 'tasks.Report', file, name);
}

function draft(text: string, at = NOW): Draft {
  return { text, base: { text: 'old', sha256: 'abc' }, at };
}

beforeEach(() => {
  memory = memoryStorage();
});

describe('drafts', () => {
  test('another page is offered what was kept, with what it began from', () => {
    page('one').keep(draft('mine'));
    expect(page('two').offered(NOW)).toEqual(draft('mine'));
  });

  test('a page is not offered its own, nor those of other files', () => {
    page('one').keep(draft('mine'));
    expect(page('one').offered(NOW)).toBeNull();
    expect(page('two', 'inner.py').offered(NOW)).toBeNull();
  });

  test('the newest text of a page is kept alone, also on another base', () => {
    page('one').keep(draft('first'));
    page('one').keep({ ...draft('second'), base: { text: 'new', sha256: 'def' } });
    expect(memory.length).toBe(1);
    expect(page('two').offered(NOW)?.text).toBe('second');
  });

  test('typing does not overwrite what is offered', () => {
    page('one').keep(draft('long work'));
    page('two').keep(draft('x'));
    expect(page('two').offered(NOW)?.text).toBe('long work');
    page('two').drop();
    expect(page('three').offered(NOW)?.text).toBe('long work');
  });

  test('what was answered is not offered again', () => {
    page('one').keep(draft('mine'));
    page('two').answer();
    expect(page('three').offered(NOW)).toBeNull();
  });

  test('the newest of several pages is offered', () => {
    page('one').keep(draft('later', NOW - 1));
    page('two').keep(draft('earlier', NOW - 2));
    expect(page('three').offered(NOW)?.text).toBe('later');
  });

  test('what is older than 30 days is forgotten', () => {
    page('one').keep(draft('mine', NOW - 31 * DAY));
    expect(page('two').offered(NOW)).toBeNull();
    expect(memory.length).toBe(0);
  });

  test.each(['no JSON', '{}', 'null', '{"text":1,"at":1,"base":{"text":"","sha256":null}}'])(
    'what others wrote there is no draft: %s',
    (value) => {
      memory.setItem('jittask-draft tasks.Report e.json abc one', value);
      expect(page('two').offered(NOW)).toBeNull();
    },
  );
});

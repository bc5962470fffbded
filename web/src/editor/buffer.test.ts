import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Buffer,
  edited,
  isDirty,
  merged,
  openBuffer,
  redone,
  saved,
  seenOnDisk,
  undone,
  type Version,
} from './buffer';

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '字'), maxLength: 10 });
const FAR = 10_000;

function version(content: string, sha256: string | null = `sha of ${content}`): Version {
  return { text: content, sha256 };
}

function typed(buffer: Buffer, content: string, at = 0): Buffer {
  return edited(buffer, content, 'Typing', at);
}

function all(buffer: Buffer, step: (buffer: Buffer) => Buffer): Buffer {
  const next = step(buffer);
  return next === buffer ? buffer : all(next, step);
}

describe('history', () => {
  test('undoing everything gives the first text, redoing everything the last', () => {
    const edits = fc.array(fc.record({ text, after: fc.integer({ min: 0, max: 2_000 }) }));
    fc.assert(
      fc.property(text, edits, (first, steps) => {
        let at = 0;
        let buffer = openBuffer(version(first));
        for (const step of steps) {
          at += step.after;
          buffer = typed(buffer, step.text, at);
        }
        const back = all(buffer, undone);
        expect(back.text).toBe(first);
        expect(isDirty(back)).toBe(false);
        expect(all(back, redone).text).toBe(buffer.text);
      }),
    );
  });

  test('saves and newer versions on disk do not break it', () => {
    const steps = fc.array(
      fc.record({ kind: fc.constantFrom('edit', 'save', 'disk', 'undo', 'redo', 'merge'), text }),
    );
    fc.assert(
      fc.property(text, steps, (first, taken) => {
        let buffer = openBuffer(version(first));
        for (const [at, step] of taken.entries()) buffer = take(buffer, step, at * FAR);
        expect(all(all(buffer, undone), redone).text).toBe(all(buffer, redone).text);
        expect(all(buffer, undone).text).toBe(first);
      }),
    );
  });

  test('typing in one place is one step', () => {
    const buffer = typed(typed(openBuffer(version('x')), 'xa', 0), 'xab', 200);
    expect(undone(buffer).text).toBe('x');
  });

  test.each([
    ['a pause', typed(typed(openBuffer(version('x')), 'xa', 0), 'xab', 1_000)],
    ['a new line', typed(typed(openBuffer(version('x')), 'xa', 0), 'xa\n', 10)],
    ['another place', typed(typed(openBuffer(version('xyz')), 'xyza', 0), 'bxyza', 10)],
    ['another label', edited(typed(openBuffer(version('x')), 'xa', 0), 'xab', 'Title', 10)],
  ])('%s begins another step', (_, buffer) => {
    expect(buffer.past).toHaveLength(2);
  });

  test('an edit after an undo forgets what was undone, and is a step of its own', () => {
    const once = undone(typed(typed(openBuffer(version('')), 'a', 0), 'a\n', 10));
    const other = typed(once, 'ab', 20);
    expect(redone(other)).toBe(other);
    expect(undone(other).text).toBe('a');
  });

  test('an equal text is no edit', () => {
    const buffer = openBuffer(version('a'));
    expect(typed(buffer, 'a')).toBe(buffer);
  });
});

describe('the file on disk', () => {
  test('a clean buffer follows it, and what was there can be had back', () => {
    const buffer = seenOnDisk(openBuffer(version('old')), version('new'), 'On disk', 0);
    expect(buffer).toMatchObject({ text: 'new', base: version('new'), theirs: null });
    expect(undone(buffer).text).toBe('old');
  });

  test('a dirty buffer keeps its text, and holds the newer version', () => {
    const mine = typed(openBuffer(version('old')), 'mine');
    const buffer = seenOnDisk(mine, version('new'), 'On disk', 0);
    expect(buffer).toMatchObject({ text: 'mine', base: version('old'), theirs: version('new') });
  });

  test('what goes back to the version of the buffer is no conflict any more', () => {
    const mine = typed(openBuffer(version('old')), 'mine');
    const conflict = seenOnDisk(mine, version('new'), 'On disk', 0);
    expect(seenOnDisk(conflict, version('old'), 'On disk', 0).theirs).toBeNull();
  });

  test('others who wrote the same text are no conflict', () => {
    const mine = typed(openBuffer(version('old')), 'mine');
    const buffer = seenOnDisk(mine, version('mine'), 'On disk', 0);
    expect(isDirty(buffer) || buffer.theirs !== null).toBe(false);
  });

  test('a save that the stream tells of before its answer is no conflict', () => {
    const sent: Buffer = { ...typed(openBuffer(version('old')), 'sent'), sending: 'sent' };
    const on = typed(sent, 'sent and more', FAR);
    expect(seenOnDisk(on, version('sent'), 'On disk', 0).theirs).toBeNull();
  });

  test('what is typed during a save stays, as an edit of what was saved', () => {
    const on = typed(openBuffer(version('old')), 'sent and more');
    const buffer = saved(on, version('sent'));
    expect(buffer.text).toBe('sent and more');
    expect(isDirty(buffer)).toBe(true);
  });

  test('a merge stands on the newer version, and a second conflict is held again', () => {
    const mine = typed(openBuffer(version('old')), 'mine');
    const conflict = seenOnDisk(mine, version('new'), 'On disk', 0);
    const both = merged(conflict, 'mine new', 'Merge', 0);
    expect(both).toMatchObject({ text: 'mine new', base: version('new'), theirs: null });
    expect(seenOnDisk(both, version('newest'), 'On disk', 0).theirs).toEqual(version('newest'));
  });
});

function take(buffer: Buffer, step: { kind: string; text: string }, at: number): Buffer {
  switch (step.kind) {
    case 'edit':
      return typed(buffer, step.text, at);
    case 'save':
      return saved(buffer, version(buffer.text));
    case 'disk':
      return seenOnDisk(buffer, version(step.text), 'On disk', at);
    case 'undo':
      return undone(buffer);
    case 'redo':
      return redone(buffer);
    default:
      return merged(buffer, step.text, 'Merge', at);
  }
}

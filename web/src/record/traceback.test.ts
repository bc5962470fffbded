import { describe, expect, it } from 'vitest';
import { lastPlace, linesAround, shortened } from './traceback';

const version = '/srv/app/.jittask/bundles/0a1b';
const traceback = `Traceback (most recent call last):
  File "${version}/tasks/A/inner.py", line 5, in customFunc
    total(1)
  File "${version}/services/Sums/service.py", line 12, in total
    return one / 0
  File "/usr/lib/python3.11/json/__init__.py", line 3, in dumps
ZeroDivisionError: division by zero
`;

describe('a traceback', () => {
  it('names the last place in the code of the version', () => {
    const files = ['services/Sums/service.py', 'tasks/A/inner.py'];
    expect(lastPlace(traceback, files)).toEqual({
      path: 'services/Sums/service.py',
      line: 12,
      within: 'total',
    });
    expect(lastPlace(traceback, ['tasks/A/inner.py'])?.line).toBe(5);
  });

  it('has none in files that only end alike', () => {
    expect(lastPlace(traceback, ['A/x.py', 'ner.py'])).toBeNull();
    expect(lastPlace('killed by signal 9', ['tasks/A/inner.py'])).toBeNull();
  });

  it('has a place in a syntax error, which has no function', () => {
    const words = 'File "/x/tasks/A/inner.py", line 2';
    expect(lastPlace(words, ['tasks/A/inner.py'])?.within).toBeNull();
  });

  it('is shown without the folder of the version', () => {
    const folder = `/srv/app/.jittask/bundles/${'0a'.repeat(32)}`;
    expect(shortened(`  File "${folder}/tasks/A/inner.py", line 5\n`)).toBe(
      '  File "tasks/A/inner.py", line 5\n',
    );
    expect(shortened(traceback)).toBe(traceback);
  });

  it('is shown with the lines around it', () => {
    expect(linesAround('a\nb\r\nc\nd', 1, 1)).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: 'b' },
    ]);
    expect(linesAround('a\nb', 9, 2)).toEqual([]);
  });
});

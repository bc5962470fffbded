import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '@/api/client';
import { fileKeys, saveFile } from '@/api/files';
import type { Version } from './buffer';
import { EditedFile } from './edited-file';
import { memoryStorage } from './memory-storage';

let disk: Version;
let holdRead: Promise<void> | null;

vi.mock('@/api/files', async (original) => ({
  ...(await original<typeof import('@/api/files')>()),
  fileQuery: (element: string, file: string) => ({
    queryKey: ['files', element, file],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const read = disk;
      await holdRead;
      signal.throwIfAborted();
      return read;
    },
  }),
  saveFile: vi.fn(),
}));

const save = vi.mocked(saveFile);
const labels = { onDisk: 'On disk', discard: 'Discard', merge: 'Merge', draft: 'Draft' };
let queries: QueryClient;
let storage: ReturnType<typeof memoryStorage>;

function version(text: string): Version {
  return { text, sha256: `sha of ${text}` };
}

async function opened(page = 'one'): Promise<EditedFile> {
  const file = new EditedFile('tasks.Report', 'e.json', { queries, storage, labels, page });
  file.subscribe(() => {});
  await vi.waitFor(() => expect(file.snapshot().buffer).not.toBeNull());
  return file;
}

/** What the stream does when files have changed. */
async function read(text: string): Promise<void> {
  disk = version(text);
  await queries.invalidateQueries({ queryKey: fileKeys.all });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  vi.stubGlobal('document', new EventTarget());
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  storage = memoryStorage();
  disk = version('old');
  holdRead = null;
  save.mockReset();
  save.mockImplementation(async (element, file, text, base) => {
    if (base !== disk.sha256) throw outdated();
    disk = version(text);
    const facts = { sha256: `sha of ${text}`, lineEnds: 'lf', byteOrderMark: false };
    return { element, file, name: file, ...facts, before: base, changed: true };
  });
});

afterEach(() => {
  queries.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('saving', () => {
  test('nothing is written without an edit', async () => {
    const file = await opened();
    await file.save();
    file.edit('new', 'Typing');
    file.undo();
    await file.save();
    expect(save).not.toHaveBeenCalled();
  });

  test('names the version that the text began from, and then the one that was saved', async () => {
    const file = await opened();
    file.edit('first', 'Typing');
    await file.save();
    file.edit('second', 'Typing');
    await file.save();
    expect(save.mock.calls.map((call) => call.slice(2))).toEqual([
      ['first', 'sha of old'],
      ['second', 'sha of first'],
    ]);
    expect(file.isDirty).toBe(false);
  });

  test('a read that began before the save does not bring the old text back', async () => {
    const file = await opened();
    let release = () => {};
    holdRead = new Promise((resolve) => {
      release = resolve;
    });
    const late = read('old');
    file.edit('new', 'Typing');
    await file.save();
    release();
    await late.catch(() => {});
    expect(file.snapshot().buffer).toMatchObject({ text: 'new', base: version('new') });
  });

  test('a newer version on disk is a conflict: nothing is overwritten', async () => {
    const file = await opened();
    file.edit('mine', 'Typing');
    disk = version('theirs');
    await file.save();
    expect(disk.text).toBe('theirs');
    expect(file.snapshot().buffer).toMatchObject({ text: 'mine', theirs: version('theirs') });
    await file.save();
    expect(save).toHaveBeenCalledTimes(1);
  });

  test('a merge survives a second conflict, and is saved on the newest version', async () => {
    const file = await opened();
    file.edit('mine', 'Typing');
    await read('theirs');
    file.resolve('mine theirs');
    disk = version('theirs again');
    await file.save();
    expect(file.snapshot().buffer).toMatchObject({ theirs: version('theirs again') });
    file.resolve('mine theirs again');
    await file.save();
    expect(disk.text).toBe('mine theirs again');
  });

  test('another failure is told, and the text stays', async () => {
    const file = await opened();
    file.edit('mine', 'Typing');
    save.mockRejectedValueOnce(new Error('full disk'));
    await expect(file.save()).rejects.toThrow('full disk');
    expect(file.snapshot().buffer).toMatchObject({ text: 'mine', sending: null });
  });
});

describe('drafts', () => {
  test('unsaved text is offered by the next page, and restored as an edit', async () => {
    const first = await opened('one');
    first.edit('mine', 'Typing');
    await vi.advanceTimersByTimeAsync(400);
    const next = await opened('two');
    expect(next.snapshot().offered?.text).toBe('mine');
    next.restore();
    expect(next.snapshot()).toMatchObject({ offered: null, buffer: { text: 'mine' } });
    next.undo();
    expect(next.isDirty).toBe(false);
  });

  test('where the file has changed since, restoring is a conflict', async () => {
    const first = await opened('one');
    first.edit('mine', 'Typing');
    await vi.advanceTimersByTimeAsync(400);
    queries.clear();
    disk = version('theirs');
    const next = await opened('two');
    next.restore();
    expect(next.snapshot().buffer).toMatchObject({
      text: 'mine',
      base: version('old'),
      theirs: version('theirs'),
    });
  });

  test.each<[string, (file: EditedFile) => unknown]>([
    ['a save', (file) => file.save()],
    ['a discard', (file) => file.discard()],
  ])('%s drops it', async (_, end) => {
    const file = await opened();
    file.edit('mine', 'Typing');
    await vi.advanceTimersByTimeAsync(400);
    expect(storage.length).toBe(1);
    await end(file);
    await vi.advanceTimersByTimeAsync(400);
    expect(storage.length).toBe(0);
  });

  test('a browser that cannot keep it is said', async () => {
    const file = await opened();
    storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    file.edit('mine', 'Typing');
    await vi.advanceTimersByTimeAsync(400);
    expect(file.snapshot().isKept).toBe(false);
  });
});

function outdated(): ApiError {
  return new ApiError({
    type: 'about:blank',
    title: 'Outdated',
    status: 412,
    detail: 'another version',
    code: 'outdated',
    hint: null,
    argument: null,
  });
}

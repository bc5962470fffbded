import { env } from 'node:process';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  edit,
  equal,
  insertItem,
  isObject,
  type Json,
  type JsonObject,
  moveItem,
  type Path,
  readDocument,
  remove,
  set,
  valueAt,
} from '.';
import { nodeAt, slice } from './document';
import { json, objectOf, pathsOf, speltJson } from './texts';

/** 50,000 is the gate of rule C25: `JITTASK_PAGE_ROUNDS=50000 npm test`. */
const numRuns = Number(env.JITTASK_PAGE_ROUNDS ?? 300);
const options = { numRuns };
vi.setConfig({ testTimeout: 30_000 + 20 * numRuns });
const at = fc.nat({ max: 1000 });

describe('reading', () => {
  it('agrees with the engine about every text, whole or cut', () => {
    const broken = fc.tuple(speltJson, at, fc.constantFrom('', ',', '}', '//', '"', '\u0000'));
    check(broken, ([{ text }, place, instead]) => {
      const from = place % (text.length + 1);
      const cut = text.slice(0, from) + instead + text.slice(from + 1);
      const reading = readDocument(cut);
      const known = parsed(cut);
      if ('document' in reading) {
        expect(known).not.toBeUndefined();
        expect(equal(reading.document.value, known as Json)).toBe(true);
      } else if (reading.problem.kind === 'syntax') {
        expect(known).toBeUndefined();
      }
    });
  });

  it('refuses a key that stands twice, at any depth', () => {
    check(fc.tuple(speltJson, at, speltJson), ([{ text, value }, place, twin]) => {
      const objects = pathsOf(value).filter((path) => {
        const each = held(value, path);
        return isObject(each) && hasMembers(each);
      });
      const path = pick(objects, place);
      const reading = readDocument(text);
      if (path === undefined || 'problem' in reading) return;
      const object = nodeAt(reading.document, path);
      const key = object?.children?.[0]?.children?.[0];
      if (object === undefined || key === undefined) throw new Error('an object with members');
      const member = `${slice(reading.document, key)}:${twin.text.replace('\uFEFF', '')},`;
      const start = object.offset + 1;
      const doubled = text.slice(0, start) + member + text.slice(start);
      expect(readDocument(doubled)).toMatchObject({ problem: { kind: 'duplicate-key' } });
      expect(edit(doubled, set(path, null))).toMatchObject({ refused: { reason: 'no-document' } });
    });
  });
});

describe('an edit', () => {
  it('changes no byte where all values are equal', () => {
    check(fc.tuple(speltJson, at), ([{ text, value }, place]) => {
      const path = pick(pathsOf(value), place) ?? [];
      expect(edit(text, set(path, held(value, path)))).toEqual({ text });
    });
  });

  it('gives the value that is asked for, and keeps the slices of all others', () => {
    check(fc.tuple(speltJson, at, json), ([{ text, value }, place, wanted]) => {
      const path = pick(pathsOf(value), place) ?? [];
      const made = textOf(edit(text, set(path, wanted)));
      expect(equal(parsed(made) as Json, replaced(value, path, wanted))).toBe(true);
      for (const other of pathsOf(value)) {
        if (!overlaps(other, path)) expect(sliceAt(made, other)).toBe(sliceAt(text, other));
      }
      const [before, after] = outside(text, path);
      expect(made.startsWith(before) && made.endsWith(after)).toBe(true);
    });
  });

  it('adds a member at the end, and taking it out again gives the same bytes', () => {
    check(fc.tuple(speltJson, at, json), ([{ text, value }, place, wanted]) => {
      const objects = pathsOf(value).filter((path) => isObject(held(value, path)));
      const path = pick(objects, place);
      if (path === undefined) return;
      const made = textOf(edit(text, set([...path, 'added'], wanted)));
      const names = Object.keys(held(parsed(made) as Json, path) as object);
      expect(names).toContain('added');
      expect(sliceOfLast(made, path)).toContain('added');
      const back = textOf(edit(made, remove([...path, 'added'])));
      if (hasMembers(held(value, path))) expect(back).toBe(text);
      else expect(equal(parsed(back) as Json, value)).toBe(true);
    });
  });

  it('takes out one child and keeps the slices of its siblings', () => {
    check(fc.tuple(speltJson, at), ([{ text, value }, place]) => {
      const path = pick(pathsOf(value).slice(1), place);
      if (path === undefined) return;
      const made = textOf(edit(text, remove(path)));
      const last = path.at(-1);
      const holder = path.slice(0, -1);
      const children = held(value, holder);
      const rest = Array.isArray(children)
        ? children.toSpliced(Number(last), 1)
        : objectOf(Object.entries(children as JsonObject).filter(([key]) => key !== last));
      expect(equal(parsed(made) as Json, replaced(value, holder, rest))).toBe(true);
      for (const other of pathsOf(value)) {
        const isKept = typeof last === 'string' && !overlaps(other, path);
        if (isKept) expect(sliceAt(made, other)).toBe(sliceAt(text, other));
      }
    });
  });

  it('moves a child there and back, with the same bytes', () => {
    check(fc.tuple(speltJson, at, at, at), ([{ text, value }, place, one, other]) => {
      const path = pick(
        pathsOf(value).filter((each) => hasMembers(held(value, each))),
        place,
      );
      if (path === undefined) return;
      const count = Object.keys(held(value, path) as object).length;
      const [from, to] = [one % count, other % count];
      const made = textOf(edit(text, moveItem(path, from, to)));
      expect([...made].toSorted()).toEqual([...text].toSorted());
      expect(textOf(edit(made, moveItem(path, to, from)))).toBe(text);
    });
  });

  it('puts an item at any index, and taking it out again gives the same bytes', () => {
    check(fc.tuple(speltJson, at, at, json), ([{ text, value }, place, index, wanted]) => {
      const path = pick(
        pathsOf(value).filter((each) => Array.isArray(held(value, each))),
        place,
      );
      if (path === undefined) return;
      const items = held(value, path) as Json[];
      const where = index % (items.length + 1);
      const made = textOf(edit(text, insertItem(path, where, wanted)));
      const expected = replaced(value, path, items.toSpliced(where, 0, wanted));
      expect(equal(parsed(made) as Json, expected)).toBe(true);
      if (items.length > 0) expect(textOf(edit(made, remove([...path, where])))).toBe(text);
    });
  });
});

function check<T>(drawn: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(drawn, holds), options);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    return undefined;
  }
}

function textOf(edited: ReturnType<typeof edit>): string {
  if ('refused' in edited) throw new Error(JSON.stringify(edited.refused));
  return edited.text;
}

function pick<T>(list: readonly T[], place: number): T | undefined {
  return list[place % Math.max(1, list.length)];
}

function held(value: Json, path: Path): Json {
  const found = valueAt(value, path);
  if (found === undefined) throw new Error('a value');
  return found;
}

function hasMembers(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function replaced(value: Json, path: Path, wanted: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return wanted;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? replaced(item, rest, wanted) : item));
  }
  return objectOf(
    Object.entries(value as object).map(([name, each]) => [
      name,
      name === step ? replaced(each as Json, rest, wanted) : (each as Json),
    ]),
  );
}

function overlaps(one: readonly unknown[], other: readonly unknown[]): boolean {
  const shorter = Math.min(one.length, other.length);
  return one.slice(0, shorter).every((step, index) => step === other[index]);
}

function sliceAt(text: string, path: Path): string | undefined {
  const reading = readDocument(text);
  if ('problem' in reading) throw new Error(reading.problem.detail);
  const node = nodeAt(reading.document, path);
  return node && slice(reading.document, node);
}

function sliceOfLast(text: string, path: Path): string {
  const reading = readDocument(text);
  if ('problem' in reading) throw new Error(reading.problem.detail);
  const child = nodeAt(reading.document, path)?.children?.at(-1);
  return child === undefined ? '' : slice(reading.document, child);
}

function outside(text: string, path: Path): [string, string] {
  const reading = readDocument(text);
  if ('problem' in reading) throw new Error(reading.problem.detail);
  const node = nodeAt(reading.document, path);
  if (node === undefined) throw new Error('a node');
  return [text.slice(0, node.offset), text.slice(node.offset + node.length)];
}

import fc from 'fast-check';
import type { Json, JsonObject, Path } from './json';

/** A JSON text as people and programs may have spelt it, and its value. */
export interface Spelt {
  readonly text: string;
  readonly value: Json;
}

const BLANKS = ['', ' ', '  ', '\t', '\n', '\r\n', '\n  ', '\r\n\t', '\n\n    ', ' \n'];
const KEYS = ['timerCfg', 'repeat', 'a', 'b', '', '1', '0', '__proto__', 'ключ', 'a"b', 'x/y~z'];

const blank = fc.constantFrom(...BLANKS);
const key = fc.constantFrom(...KEYS);
const number = fc.constantFrom('0', '1', '1.0', '-1', '10E-1', '1e2', '100', '0.5', '-0', '7.25');
const letter = fc.constantFrom('a', 'é', '中', '"', '\\', '/', '\n', '\u0001', ' ', '\uD83D\uDE00');

/** A plain value, for what a test puts into a document. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.constantFrom<Json>(null, true, false, 0, 1, -1, 2.5), fc.string(), key),
    fc.array(tie('any'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(key, tie('any')), { maxLength: 3, selector: ([name]) => name })
      .map((entries) => objectOf(entries)),
  ),
})).any;

const text: fc.Arbitrary<Spelt> = fc
  .array(fc.tuple(letter, fc.boolean()), { maxLength: 4 })
  .map((letters) => ({
    text: `"${letters.map(([each, isEscaped]) => speltLetter(each, isEscaped)).join('')}"`,
    value: letters.map(([each]) => each).join(''),
  }));

const leaf: fc.Arbitrary<Spelt> = fc.oneof(
  fc.constantFrom('null', 'true', 'false').map((each) => spelt(each)),
  number.map((each) => spelt(each)),
  text,
);

/** A text that is laid out at random, with no key twice. */
export const speltJson: fc.Arbitrary<Spelt> = fc
  .tuple(
    fc.boolean(),
    blank,
    fc.letrec<{ any: Spelt }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.array(fc.tuple(blank, tie('any'), blank), { maxLength: 4 }).chain(arrayText),
        fc
          .uniqueArray(fc.tuple(key, tie('any'), fc.array(blank, { minLength: 4, maxLength: 4 })), {
            maxLength: 4,
            selector: ([name]) => name,
          })
          .chain(objectText),
      ),
    })).any,
    blank,
  )
  .map(([hasBom, before, { text: inner, value }, after]) => ({
    text: `${hasBom ? '\uFEFF' : ''}${before}${inner}${after}`,
    value,
  }));

/** Returns the paths of all values in a value, the root's among them. */
export function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const below = steps.flatMap((step) =>
    pathsOf((value as Record<string | number, Json>)[step] as Json, [...path, step]),
  );
  return [path, ...below];
}

export function objectOf(entries: readonly (readonly [string, Json])[]): JsonObject {
  const made = Object.create(null) as JsonObject; // so that __proto__ is a key as others are
  for (const [name, value] of entries) made[name] = value;
  return made;
}

function arrayText(items: [string, Spelt, string][]): fc.Arbitrary<Spelt> {
  return blank.map((empty) => ({
    text: `[${items.length === 0 ? empty : items.map(([l, item, r]) => l + item.text + r).join(',')}]`,
    value: items.map(([, item]) => item.value),
  }));
}

function objectText(members: [string, Spelt, string[]][]): fc.Arbitrary<Spelt> {
  return blank.map((empty) => ({
    text: `{${
      members.length === 0
        ? empty
        : members
            .map(
              ([name, { text }, [a, b, c, d]]) => `${a}${JSON.stringify(name)}${b}:${c}${text}${d}`,
            )
            .join(',')
    }}`,
    value: objectOf(members.map(([name, { value }]) => [name, value])),
  }));
}

function spelt(each: string): Spelt {
  return { text: each, value: JSON.parse(each) as Json };
}

function speltLetter(each: string, isEscaped: boolean): string {
  if (!isEscaped) return JSON.stringify(each).slice(1, -1);
  if (each === '/') return '\\/';
  return [...Array(each.length).keys()]
    .map((at) => `\\u${each.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}

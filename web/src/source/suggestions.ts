import { getLocation, type ParseError, parse } from 'jsonc-parser';
import { child, hasType, membersAt, type Path, type Schema, schemasAt, valuesOf } from './schema';

export interface Suggestion {
  /** What is chosen: a key, or the text of a value. */
  readonly label: string;
  /** The JSON that is written. */
  readonly json: string;
  /** Where the cursor goes, counted from the end of what is written. */
  readonly back: number;
  readonly isKey: boolean;
  readonly schemas: readonly Schema[];
}

export interface Suggestions {
  /** What a suggestion replaces. */
  readonly from: number;
  readonly to: number;
  /** What is typed of it so far, without a quote. */
  readonly typed: string;
  readonly list: Suggestion[];
}

/** Values that only the server knows, such as the models of the tree, by the keys of the path. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** Returns what may stand at an offset of a JSON text. */
export function suggestionsAt(
  root: Schema,
  text: string,
  offset: number,
  known: KnownValues = {},
): Suggestions {
  const { path, isAtPropertyKey } = getLocation(text, offset);
  const token = tokenAt(text, offset);
  const document: unknown = parse(text, [] as ParseError[], { allowTrailingComma: true });
  const list = isAtPropertyKey
    ? keys(root, path.slice(0, -1), document, String(path.at(-1) ?? ''), text.slice(token.to))
    : values(root, path, document, known[String(path.at(-1))] ?? []);
  return { ...token, list };
}

/** Returns what schemas say of the key or value at an offset; null where they say nothing. */
export function describedAt(root: Schema, text: string, offset: number): Schema | null {
  const document: unknown = parse(text, [] as ParseError[], { allowTrailingComma: true });
  const schemas = schemasAt(root, getLocation(text, offset).path, document);
  return schemas.find(({ description }) => description !== undefined) ?? null;
}

function keys(
  root: Schema,
  path: Path,
  document: unknown,
  typed: string,
  rest: string,
): Suggestion[] {
  const parent = path.reduce(child, document);
  const present = new Set(Object.keys(parent ?? {}));
  return [...membersAt(root, path, document)]
    .filter(([key, schemas]) => key === typed || !(present.has(key) || schemas.some(isOld)))
    .map(([key, schemas]) => ({ label: key, isKey: true, schemas, ...member(key, schemas, rest) }));
}

/** The text of a new member: a value to begin with, and a comma where another member follows. */
function member(key: string, schemas: readonly Schema[], rest: string) {
  const name = JSON.stringify(key);
  if (/^\s*:/.test(rest)) return { json: name, back: 0 };
  const comma = /^\s*["{[]/.test(rest) ? ',' : '';
  const value = beginning(schemas);
  const inside = /^(""|\{\}|\[\])$/.test(value) ? 1 : 0;
  return { json: `${name}: ${value}${comma}`, back: comma.length + inside };
}

function beginning(schemas: readonly Schema[]): string {
  const told = schemas.find((schema) => 'default' in schema || 'const' in schema);
  if (told !== undefined) return JSON.stringify('const' in told ? told.const : told.default);
  const is = (type: string) => schemas.some((schema) => hasType(schema, type));
  if (is('string')) return '""';
  if (is('object')) return '{}';
  return is('array') ? '[]' : '';
}

function values(
  root: Schema,
  path: Path,
  document: unknown,
  known: readonly string[],
): Suggestion[] {
  const schemas = schemasAt(root, path, document);
  const named = [...known, ...valuesOf(schemas)];
  return [...new Set(named.map((value) => JSON.stringify(value)))].map((json) => ({
    label: json.startsWith('"') ? (JSON.parse(json) as string) : json,
    json,
    back: 0,
    isKey: false,
    schemas,
  }));
}

function isOld({ deprecated }: Schema): boolean {
  return deprecated === true;
}

/** The string, number or word that an offset touches, to its end on the same line. */
function tokenAt(text: string, offset: number): { from: number; to: number; typed: string } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const string = /"(?:[^"\\\n]|\\.)*"?/g;
  const line = text.slice(start).split('\n', 1)[0] ?? '';
  for (const match of line.matchAll(string)) {
    const from = start + match.index;
    const to = from + match[0].length;
    const closed = match[0].length > 1 && match[0].endsWith('"');
    if (from < offset && (closed ? offset < to : offset <= to)) {
      return { from, to, typed: text.slice(from + 1, offset) };
    }
  }
  const word = /[\w.+-]*$/.exec(text.slice(start, offset))?.[0] ?? '';
  const rest = /^[\w.+-]*/.exec(text.slice(offset))?.[0] ?? '';
  return { from: offset - word.length, to: offset + rest.length, typed: word };
}

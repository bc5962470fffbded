import {
  createScanner,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { Json, Path } from './json';

/** A strict JSON text without duplicate keys, and its tree; offsets count from the text's start. */
export interface Document {
  readonly text: string;
  readonly root: Node;
  readonly value: Json;
}

/** Why a text has no document: it is then shown as source only (rule C12). */
export interface Problem {
  readonly kind: 'syntax' | 'duplicate-key' | 'too-deep';
  /** The parser's name of a mistake, or the key that stands twice. */
  readonly detail: string;
  readonly from: number;
  readonly to: number;
}

export type Reading = { readonly document: Document } | { readonly problem: Problem };

const BOM = '\uFEFF';
const MAX_DEPTH = 200;
const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** Reads a text; a byte order mark before it is part of the text, and not of the JSON. */
export function readDocument(text: string): Reading {
  const json = text.startsWith(BOM) ? ` ${text.slice(BOM.length)}` : text; // offsets stay
  const deep = tooDeep(json);
  if (deep !== null) return { problem: deep };
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, STRICT);
  const first = errors[0];
  if (first !== undefined || root === undefined) return { problem: syntaxProblem(json, first) };
  const twice = duplicateKey(root);
  if (twice !== null) return { problem: twice };
  return { document: { text, root, value: getNodeValue(root) as Json } };
}

/** Returns the node at a path; undefined where nothing stands there. */
export function nodeAt(document: Document, path: Path): Node | undefined {
  let node: Node | undefined = document.root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node = typeof step === 'number' ? item(node, step) : member(node, step)?.children?.[1];
  }
  return node;
}

/** Returns the property of an object, of its key and its value. */
export function member(object: Node, key: string): Node | undefined {
  if (object.type !== 'object') return undefined;
  return object.children?.find((each) => each.children?.[0]?.value === key);
}

export function end(node: Node): number {
  return node.offset + node.length;
}

export function slice(document: Document, node: Node): string {
  return document.text.slice(node.offset, end(node));
}

function item(array: Node, index: number): Node | undefined {
  return array.type === 'array' ? array.children?.[index] : undefined;
}

/** The parser calls itself for each level, so a level too many would overflow its stack. */
function tooDeep(json: string): Problem | null {
  const scanner = createScanner(json, true);
  let depth = 0;
  for (;;) {
    const token = scanner.scan() as number;
    if (token === TOKEN.end) return null;
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth += 1;
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth -= 1;
    if (depth > MAX_DEPTH) {
      const from = scanner.getTokenOffset();
      return { kind: 'too-deep', detail: String(MAX_DEPTH), from, to: from + 1 };
    }
  }
}

/** Those of jsonc-parser's `SyntaxKind` that are asked for; it is a `const enum` of types only. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 };

function syntaxProblem(json: string, error: ParseError | undefined): Problem {
  if (error === undefined) {
    return { kind: 'syntax', detail: 'ValueExpected', from: 0, to: json.length };
  }
  const to = error.offset + error.length;
  return { kind: 'syntax', detail: printParseErrorCode(error.error), from: error.offset, to };
}

function duplicateKey(node: Node): Problem | null {
  const keys = new Set<string>();
  for (const child of node.children ?? []) {
    const key = child.children?.[0];
    if (node.type === 'object' && key !== undefined) {
      const name = String(key.value);
      if (keys.has(name)) {
        return { kind: 'duplicate-key', detail: name, from: key.offset, to: end(key) };
      }
      keys.add(name);
    }
    const found = duplicateKey(child);
    if (found !== null) return found;
  }
  return null;
}

import type { Group, Join, Node, Raw } from './tree';

/** The text of a node, and what has to be known to put it beside others. */
interface Piece {
  text: string;
  /** How its outermost parts are joined; null where that is enclosed; 'unknown' for a raw text. */
  join: Join | null | 'unknown';
  /** It was made here, so that the parentheses around its old place do not count for it. */
  anew: boolean;
}

const signs: Record<Join, string> = { and: '&', or: '|' };
const SIGN_GAP = /^\)*([ \t]*)[&|]([ \t]*)\(*$/;

/**
 * Writes the filter of a tree; empty for one without a written row.
 *
 * What was not edited comes back byte for byte: each group that has the children it had writes
 * the text between them back, and each row its own slice.
 */
export function writeFilter(root: Group): string {
  return groupPiece(root)?.text ?? '';
}

function pieceOf(node: Node): Piece | null {
  switch (node.kind) {
    case 'group':
      return groupPiece(node);
    case 'row':
      return node.written && { text: node.written.text, join: null, anew: false };
    case 'raw':
      return rawPiece(node);
  }
}

function rawPiece({ text, source }: Raw): Piece | null {
  if (text.trim() === '') return null;
  return { text, join: isEnclosed(text) ? null : 'unknown', anew: text !== source };
}

function groupPiece(group: Group): Piece | null {
  return inPlace(group) ?? writtenAnew(group);
}

/** The group with the gaps that it was read with; null where its children are not the same. */
function inPlace({ join, children, source }: Group): Piece | null {
  if (source === null || source.join !== join || source.slots.length !== children.length) {
    return null;
  }
  let text = source.gaps[0] ?? '';
  for (const [index, child] of children.entries()) {
    const slot = source.slots[index];
    const piece = pieceOf(child);
    if (slot?.id !== child.id || piece === null) return null;
    const standing = slot.keyword ? `Q(${slot.text})` : slot.text;
    const after = source.gaps[index + 1] ?? '';
    if (piece.text === standing) text += slot.text;
    else if (slot.keyword) return null;
    else text += guarded(piece, text, after);
    text += after;
  }
  return { text, join: isEnclosed(text) ? null : join, anew: false };
}

/** A piece for a place between two gaps, which may already stand in parentheses. */
function guarded(piece: Piece, before: string, after: string): string {
  const closed = before.trimEnd().endsWith('(') && after.trimStart().startsWith(')');
  return piece.anew && piece.join !== null && !closed ? `(${piece.text})` : piece.text;
}

function writtenAnew({ join, children, source }: Group): Piece | null {
  const pieces = children.map(pieceOf).filter((piece) => piece !== null);
  const [only] = pieces;
  if (only === undefined) return null;
  if (pieces.length === 1) return { ...only, anew: true };
  const text = pieces.map((piece) =>
    needsParentheses(piece, join) ? `(${piece.text})` : piece.text,
  );
  return { text: text.join(separator(join, source?.gaps ?? [])), join, anew: true };
}

/** `&` binds more tightly than `|`; a group within one of its own kind keeps its bounds. */
function needsParentheses(piece: Piece, join: Join): boolean {
  return piece.join !== null && !(piece.join === 'and' && join === 'or');
}

/** The sign with the spaces that the group's text has around its own. */
function separator(join: Join, gaps: string[]): string {
  const style = gaps.map((gap) => SIGN_GAP.exec(gap)).find((found) => found !== null);
  return style ? `${style[1]}${signs[join]}${style[2]}` : ` ${signs[join]} `;
}

/** Whether a text is one call, `Q(…)`, or in one pair of parentheses, from end to end. */
export function isEnclosed(text: string): boolean {
  const source = text.trim();
  if (!/^(Q\s*)?\(/.test(source)) return false;
  let depth = 0;
  for (const part of source.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[()[\]]/gs)) {
    if (part[0] === '(' || part[0] === '[') depth += 1;
    else if (part[0] === ')' || part[0] === ']') depth -= 1;
    if (depth === 0 && /[)\]]/.test(part[0])) return part.index + part[0].length === source.length;
  }
  return false;
}

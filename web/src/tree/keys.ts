import type { Line } from './outline';

/** What a key does in a tree (WAI-ARIA's pattern): move, open, close, or use an element. */
export type Step = { move: number } | { toggle: string; open: boolean } | { use: Line } | null;

export function stepOf(key: string, lines: readonly Line[], at: number): Step {
  const line = lines[at];
  if (line === undefined) return null;
  switch (key) {
    case 'ArrowDown':
      return { move: Math.min(at + 1, lines.length - 1) };
    case 'ArrowUp':
      return { move: Math.max(at - 1, 0) };
    case 'Home':
      return { move: 0 };
    case 'End':
      return { move: lines.length - 1 };
    case 'ArrowRight':
      if (line.open === false) return { toggle: line.key, open: true };
      return line.open ? { move: Math.min(at + 1, lines.length - 1) } : null;
    case 'ArrowLeft':
      if (line.open) return { toggle: line.key, open: false };
      return { move: parentOf(lines, at) };
    case 'Enter':
    case ' ':
      if (line.open === null) return { use: line };
      return { toggle: line.key, open: !line.open };
    default:
      return key.length === 1 ? typed(key, lines, at) : null;
  }
}

function parentOf(lines: readonly Line[], at: number): number {
  const level = lines[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index -= 1) {
    if ((lines[index]?.level ?? 0) < level) return index;
  }
  return at;
}

function typed(letter: string, lines: readonly Line[], at: number): Step {
  const wanted = letter.toLocaleLowerCase();
  for (let away = 1; away <= lines.length; away += 1) {
    const index = (at + away) % lines.length;
    if (lines[index]?.label.toLocaleLowerCase().startsWith(wanted)) return { move: index };
  }
  return null;
}

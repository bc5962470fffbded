import { spliceBetween } from '@/editor/splice';

/**
 * A textarea has plain line feeds alone. Returns a text with what was typed there, its other
 * line ends as they were: only what was touched changes.
 */
export function typedPlainly(text: string, plain: string): string {
  const { from, removed, inserted } = spliceBetween(plainOf(text), plain);
  const head = text.slice(0, offsetIn(text, from));
  const rest = inserted + text.slice(offsetIn(text, from + removed.length));
  const wouldMeet = head.endsWith('\r') && rest.startsWith('\n'); // two line ends, not one
  return head + (wouldMeet ? '\n' : '') + rest;
}

/** What a textarea shows of a text. */
export function plainOf(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function offsetIn(text: string, plainOffset: number): number {
  let offset = 0;
  for (let count = 0; count < plainOffset; count += 1) {
    offset += text.startsWith('\r\n', offset) ? 2 : 1;
  }
  return offset;
}

import { memo, type Ref, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react';
import type { LogLine } from '@/api/records';
import { type Look, type Part, partsOf } from './ansi';
import style from './LogText.module.css';

/** Lines are drawn so many together, and those out of view are skipped by the browser. */
const CHUNK_LINES = 200;
const NEAR_END = 24;

export interface LogTextHandle {
  toEnd: () => void;
  goTo: (line: number) => void;
  selectAll: () => void;
}

interface Props {
  ref: Ref<LogTextHandle>;
  lines: readonly LogLine[];
  /** The number of the first of these lines in the whole log. */
  first: number;
  following: boolean;
  /** Called with whether the end is in view. */
  onScrolled: (atEnd: boolean) => void;
  label: string;
  empty: string;
}

/** The lines of a log with the colours of terminals, never as HTML. */
export function LogText({ ref, lines, first, following, onScrolled, label, empty }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chunks = useMemo(() => chunksOf(lines, first), [lines, first]);
  const toEnd = () => place.current?.scrollTo({ top: place.current.scrollHeight });
  useImperativeHandle(ref, () => ({
    toEnd,
    goTo: (line) => {
      const found = place.current?.querySelector<HTMLElement>(`[data-line="${line}"]`);
      found?.scrollIntoView({ block: 'center' });
      found?.focus({ preventScroll: true });
    },
    selectAll: () => {
      if (place.current) window.getSelection()?.selectAllChildren(place.current);
    },
  }));
  const count = lines.length;
  useLayoutEffect(() => {
    if (following && count > 0) place.current?.scrollTo({ top: place.current.scrollHeight });
  }, [following, count]);
  const onScroll = () => {
    const scrolled = place.current;
    if (scrolled === null) return;
    const left = scrolled.scrollHeight - scrolled.scrollTop - scrolled.clientHeight;
    onScrolled(left < NEAR_END);
  };
  return (
    <div
      ref={place}
      className={style.place}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
      tabIndex={0}
      role="log"
      aria-label={label}
      aria-live="off"
      onScroll={onScroll}
    >
      {count === 0 && <p className={style.empty}>{empty}</p>}
      {chunks.map((chunk) => (
        <Chunk key={chunk.first} chunk={chunk} count={chunk.lines.length} />
      ))}
    </div>
  );
}

interface ChunkOfLines {
  first: number;
  lines: readonly LogLine[];
}

function chunksOf(lines: readonly LogLine[], first: number): ChunkOfLines[] {
  const chunks: ChunkOfLines[] = [];
  // the ends of chunks stay where they are when lines at the beginning are dropped
  let at = first;
  while (at < first + lines.length) {
    const end = at - ((at - 1) % CHUNK_LINES) + CHUNK_LINES;
    chunks.push({ first: at, lines: lines.slice(at - first, end - first) });
    at = end;
  }
  return chunks;
}

/** Some lines; the same first line and number of lines are the same lines. */
const Chunk = memo(
  function Chunk({ chunk }: { chunk: ChunkOfLines; count: number }) {
    let look: Look = {};
    return (
      <pre className={style.chunk}>
        {chunk.lines.map((line, index) => {
          const { parts, end } = partsOf(line.text, look);
          look = end;
          const number = chunk.first + index;
          return (
            <div
              key={number}
              className={style.line}
              data-line={number}
              data-level={line.level}
              data-stream={line.stream}
              tabIndex={-1}
              title={`${line.at} ${line.level}`}
            >
              {parts.map((part, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
                <Coloured key={place} part={part} />
              ))}
              {line.text === '' && '\n'}
            </div>
          );
        })}
      </pre>
    );
  },
  (before, after) => before.chunk.first === after.chunk.first && before.count === after.count,
);

function Coloured({ part: { text, look } }: { part: Part }) {
  if (Object.keys(look).length === 0) return text;
  const named = (colour: Look['colour']) => (typeof colour === 'number' ? colour : undefined);
  const exact = (colour: Look['colour']) => (typeof colour === 'string' ? colour : undefined);
  return (
    <span
      className={style.part}
      data-colour={named(look.colour)}
      data-ground={named(look.ground)}
      data-bold={look.bold}
      data-dim={look.dim}
      data-italic={look.italic}
      data-underline={look.underline}
      data-struck={look.struck}
      data-inverse={look.inverse}
      style={{ color: exact(look.colour), backgroundColor: exact(look.ground) }}
    >
      {text}
    </span>
  );
}

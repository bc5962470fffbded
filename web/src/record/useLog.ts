import { useCallback, useEffect, useState } from 'react';
import type { LogLine } from '@/api/records';

/** The newest lines that are kept in the page; the raw log has all. */
export const MOST_LINES = 50_000;
const SHOWN_EVERY_MILLIS = 100;
const AGAIN_MILLIS = 2_000;

export interface LiveLog {
  lines: readonly LogLine[];
  /** How many lines before the first one are no longer in the page. */
  dropped: number;
  ended: boolean;
  /** Whether the stream was refused, so that nothing comes. */
  failed: boolean;
}

const nothing: LiveLog = { lines: [], dropped: 0, ended: false, failed: false };

/** The lines of a run from the first one on, and what comes until it ends (rule C17). */
export function useLog(run: number): LiveLog {
  const [log, setLog] = useState(nothing);
  const add = useCallback((news: LogLine[]) => {
    setLog((before) => {
      const all = [...before.lines, ...news];
      const excess = Math.max(0, all.length - MOST_LINES);
      return { ...before, lines: all.slice(excess), dropped: before.dropped + excess };
    });
  }, []);
  useEffect(() => {
    setLog(nothing);
    return listen(run, add, (end) => setLog((before) => ({ ...before, ...end })));
  }, [run, add]);
  return log;
}

/**
 * Follows a run's stream; returns what ends it. Lines are given several at a time. A hidden tab
 * keeps no stream, and reads on where it was when it is seen again.
 */
function listen(
  run: number,
  add: (lines: LogLine[]) => void,
  end: (how: Partial<LiveLog>) => void,
): () => void {
  let waiting: LogLine[] = [];
  let timer: number | undefined;
  let again: number | undefined;
  let seen = 0;
  let source: EventSource | null = null;
  const show = () => {
    timer = undefined;
    add(waiting);
    waiting = [];
  };
  const stop = () => {
    source?.close();
    source = null;
  };
  const start = () => {
    let skipped = 0;
    source = new EventSource(`/api/records/${run}/log/stream`);
    source.addEventListener('line', (event: MessageEvent<string>) => {
      skipped += 1;
      if (skipped <= seen) return; // a stream begins with the first line
      seen += 1;
      waiting.push(JSON.parse(event.data) as LogLine);
      timer ??= window.setTimeout(show, SHOWN_EVERY_MILLIS);
    });
    source.addEventListener('ended', () => {
      stop();
      document.removeEventListener('visibilitychange', follow);
      end({ ended: true });
    });
    source.addEventListener('error', () => {
      const refused = source?.readyState === EventSource.CLOSED;
      stop();
      if (refused) end({ failed: true });
      else again = window.setTimeout(follow, AGAIN_MILLIS);
    });
  };
  const follow = () => {
    window.clearTimeout(again);
    if (document.hidden) stop();
    else if (source === null) start();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    window.clearTimeout(timer);
    window.clearTimeout(again);
    stop();
  };
}

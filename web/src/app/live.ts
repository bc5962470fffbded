import type { QueryClient } from '@tanstack/react-query';
import { sessionQuery } from '@/api/session';
import { type Connection, setConnection } from './connection';
import { Refresher } from './refresher';
import { listen } from './stream';

/** The topics of the server's stream, and the first parts of the query keys they concern. */
const concerned: Record<string, readonly string[]> = {
  tree: [
    'tree',
    'trash',
    'tasks',
    'files',
    'models',
    'functions',
    'preview',
    'next',
    'diagnostics',
  ],
  records: ['records', 'tasks', 'status', 'stats'],
  log: ['log'],
  status: ['status', 'tasks', 'tree', 'next'],
};
const topics = Object.keys(concerned);
const partsOf = (topic: string): readonly string[] =>
  topic === 'reset' ? Object.values(concerned).flat() : (concerned[topic] ?? []);
const LOCK = 'jittask-stream';
const CHANNEL = 'jittask-changes';

type Message = { topic: string } | { connection: Connection };

/**
 * Keeps what is shown current: one visible tab holds the stream and tells the others, since a
 * browser opens six connections at most to a host (rule C3). Returns what ends it.
 */
export function followChanges(queries: QueryClient): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const refresher = new Refresher((changed) => {
    const first = new Set([...changed].flatMap(partsOf));
    return queries.invalidateQueries({
      predicate: (query) => first.has(String(query.queryKey[0])),
    });
  });

  let known: Connection = 'live';
  const take = (message: Message) => {
    if ('topic' in message) {
      refresher.add(message.topic);
      return;
    }
    const before = known;
    known = message.connection;
    setConnection(known);
    if (known === 'live' && before !== 'live') void catchUp();
  };
  /** After a gap anything may have changed, and a new session has a new value for changes. */
  const catchUp = async () => {
    await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
    refresher.add('reset');
  };
  const tell = (message: Message) => {
    take(message);
    channel.postMessage(message);
  };
  channel.onmessage = (event: MessageEvent<Message>) => take(event.data);

  let release: (() => void) | null = null;
  let waiting: AbortController | null = null;

  const lead = () => {
    if (waiting !== null || document.hidden) return;
    const asked = new AbortController();
    waiting = asked;
    navigator.locks
      .request(LOCK, { signal: asked.signal }, () => hold(asked.signal))
      .catch((error: unknown) => {
        if (!asked.signal.aborted) throw error;
      });
  };

  const hold = (ended: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const stop = listen(queries, {
        topics,
        changed: (topic) => tell({ topic }),
        connection: (connection) => tell({ connection }),
      });
      release = () => {
        stop();
        resolve();
      };
      if (ended.aborted) release();
    });

  const follow = () => {
    if (document.hidden) {
      waiting?.abort();
      waiting = null;
      release?.();
      release = null;
    } else {
      refresher.add('reset');
      lead();
    }
  };
  document.addEventListener('visibilitychange', follow);
  lead();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    waiting?.abort();
    release?.();
    channel.close();
  };
}

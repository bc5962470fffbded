import type { QueryClient } from '@tanstack/react-query';

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
const LOCK = 'jittask-stream';
const CHANNEL = 'jittask-changes';

/**
 * Keeps what is shown current: one visible tab holds the stream and tells the others, since a
 * browser opens six connections at most to a host (rule C3). Returns what ends it.
 */
export function followChanges(queries: QueryClient): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const changed = (topic: string) => {
    const first = new Set(topic === 'reset' ? Object.values(concerned).flat() : concerned[topic]);
    void queries.invalidateQueries({
      predicate: (query) => first.has(String(query.queryKey[0])),
    });
  };
  channel.onmessage = (message: MessageEvent<string>) => changed(message.data);

  let release: (() => void) | null = null;
  let waiting: AbortController | null = null;

  const lead = () => {
    if (waiting !== null || document.hidden) return;
    const asked = new AbortController();
    waiting = asked;
    navigator.locks
      .request(LOCK, { signal: asked.signal }, () => stream(asked.signal))
      .catch((error: unknown) => {
        if (!asked.signal.aborted) throw error;
      });
  };

  const stream = (ended: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const source = new EventSource('/api/events');
      const tell = (topic: string) => {
        changed(topic);
        channel.postMessage(topic);
      };
      for (const topic of topics) source.addEventListener(topic, () => tell(topic));
      source.addEventListener('reset', () => tell('reset'));
      release = () => {
        source.close();
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
      changed('reset');
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

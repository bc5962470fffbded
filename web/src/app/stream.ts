import type { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { sessionQuery } from '@/api/session';
import type { Connection } from './connection';

const PROBE_MILLIS = 2_000;

interface Heard {
  topics: readonly string[];
  changed: (topic: string) => void;
  connection: (state: Connection) => void;
}

/**
 * Listens to the server's stream, and begins again where it breaks: a browser retries by itself
 * while nobody answers, but gives up where the server refuses, as after its restart.
 * Returns what ends it.
 */
export function listen(queries: QueryClient, heard: Heard): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  const open = () => {
    const stream = new EventSource('/api/events');
    source = stream;
    stream.onopen = () => heard.connection('live');
    stream.onerror = () => {
      heard.connection('lost');
      if (stream.readyState === EventSource.CLOSED) void probe();
    };
    for (const topic of heard.topics) stream.addEventListener(topic, () => heard.changed(topic));
    stream.addEventListener('reset', () => heard.changed('reset'));
  };

  const probe = async () => {
    try {
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      if (!ended) open();
    } catch (error) {
      if (ended) return;
      const refused = error instanceof ApiError && error.status === 401;
      heard.connection(refused ? 'signed-out' : 'lost');
      timer = setTimeout(() => void probe(), PROBE_MILLIS);
    }
  };

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

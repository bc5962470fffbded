import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Shapes = components['schemas'];
export type Problem = Shapes['Problem'];

/** The server refused, or did not answer: `problem` says why in words for people. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** What the server refuses an argument for; null for other failures, and for none. */
export function problemOfArgument(error: unknown, argument: string): Problem | null {
  return error instanceof ApiError && error.problem.argument === argument ? error.problem : null;
}

const unreachable: Problem = {
  type: 'about:blank',
  title: 'Unreachable',
  status: 0,
  detail: 'The console does not answer.',
  code: 'unreachable',
  hint: 'Is it still running?',
  argument: null,
};

let writeValue: string | null = null;

/** What changes are sent with; only a page of this origin can read it (rule C22). */
export function setWriteValue(value: string | null): void {
  writeValue = value;
}

const SESSION = '/api/session';
const WRITE_HEADER = 'X-JitTask-Write';

/** Sends a request; a change once more where this browser has signed in anew in another tab. */
async function send(request: Request): Promise<Response> {
  if (request.method === 'GET') return fetch(request);
  const again = request.clone();
  const response = await fetch(request);
  if (response.status !== 403 || !(await hasNewValue())) return response;
  if (writeValue !== null) again.headers.set(WRITE_HEADER, writeValue);
  return fetch(again);
}

async function hasNewValue(): Promise<boolean> {
  const response = await fetch(SESSION);
  if (!response.ok) return false;
  const before = writeValue;
  writeValue = ((await response.json()) as Shapes['Session']).writeValue;
  return writeValue !== before;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET') return request;
    if (writeValue !== null) request.headers.set(WRITE_HEADER, writeValue);
    // a change without a body is JSON, too: forms of other sites cannot send that
    if (!request.headers.has('Content-Type'))
      request.headers.set('Content-Type', 'application/json');
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return response;
    throw new ApiError(await problemOf(response));
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new ApiError(unreachable);
  },
};

async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return (await response.json()) as Problem;
  }
  return { ...unreachable, status: response.status, detail: `HTTP ${response.status}`, hint: null };
}

export const api = createClient<paths>({ baseUrl: '/', fetch: send });
api.use(guard);

/** Returns the data of an answer; refusals have been thrown before. */
export function dataOf<T>(answer: { data?: T }): T {
  if (answer.data === undefined) throw new Error('an answer without data');
  return answer.data;
}

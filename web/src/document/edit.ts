import type { Change } from './change';
import { type Problem, readDocument } from './document';
import type { Path } from './json';
import { isProved } from './proof';
import { spliced } from './splice';
import { nextStep, splicesOf } from './steps';

/** Why an edit was not made; the text then stays as it is, and is shown as source (rule C12). */
export type Refusal =
  | { readonly reason: 'no-document'; readonly problem: Problem }
  /** Nothing can stand at the path: something on the way is no object or array. */
  | { readonly reason: 'no-place'; readonly path: Path }
  /** The new text could not be shown to differ at the path alone. */
  | { readonly reason: 'not-proved'; readonly path: Path };

export type Edited = { readonly text: string } | { readonly refused: Refusal };

const MAX_STEPS = 10_000;

/**
 * Makes changes to a text, all or none: each step is spliced in, read again, and proved. The
 * text comes back as it was where all is equal already.
 */
export function edit(text: string, changes: Change | readonly Change[]): Edited {
  const listed: readonly Change[] = 'kind' in changes ? [changes] : changes;
  let made = text;
  for (const change of listed) {
    const edited = changed(made, change);
    if ('refused' in edited) return edited;
    made = edited.text;
  }
  return { text: made };
}

function changed(text: string, change: Change): Edited {
  const reading = readDocument(text);
  if ('problem' in reading) {
    return { refused: { reason: 'no-document', problem: reading.problem } };
  }
  let document = reading.document;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const step = nextStep(document, change);
    if (step === null) return { text: document.text };
    if (step === 'no-place') return { refused: { reason: 'no-place', path: change.path } };
    const after = readDocument(spliced(document.text, splicesOf(document, step)));
    if ('problem' in after || !isProved(document, step, after.document)) break;
    document = after.document;
    if (change.kind !== 'set') return { text: document.text };
  }
  return { refused: { reason: 'not-proved', path: change.path } };
}
